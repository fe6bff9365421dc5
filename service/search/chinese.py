"""Names in simplified characters typed in traditional ones, and the reverse. Pure.

Not a dictionary: the characters that are frequent in names and differ. Where a simplified character
stands for several, the one of names is meant.
"""

from typing import Final

_PAIRS: Final = """
    张張 刘劉 陈陳 杨楊 黄黃 赵趙 吴吳 孙孫 马馬 罗羅 郑鄭 谢謝 许許 韩韓 冯馮 邓鄧 萧蕭 蒋蔣
    叶葉 苏蘇 吕呂 卢盧 贾賈 陆陸 谭譚 邹鄒 阎閻 严嚴 龙龍 顾顧 钱錢 汤湯 赖賴 贺賀 龚龔 万萬
    颜顏 欧歐 庄莊 闫閆 聂聶 鲁魯 齐齊 关關 华華 单單 卫衛 应應 乐樂 时時 贝貝 车車 连連 纪紀
    项項 纽紐 骆駱 温溫 阳陽 丽麗 军軍 伟偉 国國 杰傑 强強 刚剛 兰蘭 凤鳳 义義 东東 飞飛 红紅
    艳艷 静靜 娇嬌 宝寶 宾賓 宁寧 庆慶 彦彥 怀懷 恺愷 晓曉 晖暉 晔曄 权權 枫楓 树樹 桥橋 梦夢
    欢歡 泽澤 洁潔 涛濤 润潤 渊淵 滨濱 灵靈 烁爍 爱愛 玮瑋 环環 琼瓊 瑶瑤 画畫 盖蓋 礼禮 祯禎
    离離 竞競 笔筆 纯純 绍紹 维維 绮綺 缘緣 胜勝 脉脈 艺藝 芦蘆 苍蒼 莹瑩 莲蓮 萨薩 蓝藍 蔼藹
    虑慮 见見 观觀 训訓 诚誠 诗詩 语語 诺諾 谦謙 贞貞 贤賢 贵貴 赞贊 轩軒 辉輝 达達 运運 进進
    远遠 迁遷 铁鐵 铭銘 锋鋒 锐銳 锦錦 键鍵 镇鎮 长長 闻聞 雾霧 韦韋 韬韜 颖穎 风風 骏駿 骥驥
    鸣鳴 鸿鴻 鹏鵬 鹤鶴 兴興 农農 冲沖 净淨 创創 劲勁 励勵 协協 发發 启啟 园園 圣聖 坚堅 垒壘
    声聲 学學 实實 将將 尧堯 岗崗 岚嵐 岭嶺 广廣 开開 弥彌 归歸 忆憶 恒恆 扬揚 显顯 业業 柠檸
    桢楨 汉漢 济濟 满滿 滢瀅 炜煒 焕煥 犹猶 玺璽 珑瓏 电電 硕碩 称稱 穷窮 笃篤 简簡 纤纖 纲綱
    纶綸 练練 经經 绣繡 继繼 绪緒 联聯 肃肅 荣榮 荫蔭 药藥 蕴蘊 觉覺 议議 记記 论論 识識 详詳
    谊誼 资資 质質 赛賽 趋趨 跃躍 轶軼 载載 辅輔 迈邁 选選 邻鄰 鉴鑒 钧鈞 钰鈺 钦欽 铃鈴 银銀
    镜鏡 问問 阔闊 际際 隐隱 难難 霁霽 须須 领領 顺順 频頻 题題 饶饒 驰馳 驹駒 鲜鮮 鸥鷗 鸾鸞
    黾黽 龄齡 亚亞 亿億 众眾 优優 会會 传傳 伦倫 侠俠 侣侶 俪儷 仪儀 党黨 冈岡 凯凱 剑劍 务務
    动動 区區 历歷 双雙 号號 员員 响響 团團 钟鍾 云雲 勋勳 婵嬋 娴嫻 栋棟 桦樺 逊遜 书書 圆圓
    习習 门門 诸諸 尔爾 玛瑪 纳納 约約
"""
_TO_TRADITIONAL: Final = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})
_TO_SIMPLIFIED: Final = str.maketrans({pair[1]: pair[0] for pair in _PAIRS.split()})


def in_other_characters(text: str) -> str:
    """In traditional ones; what has no simplified character, in simplified ones."""
    traditional = text.translate(_TO_TRADITIONAL)
    return traditional if traditional != text else text.translate(_TO_SIMPLIFIED)
