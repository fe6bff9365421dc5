"""The demo: a sample history, told step by step, through the real webhook into a real OpenSearch.

    people ─▶ story ─▶ playing ─▶ user-sync serve ─▶ OpenSearch
              (data)     │  ▲                            │
                         ▼  └──── checking ◀── reading ◀─┘
                      telling

Promise: what the terminal says of the index was read from the index; one difference from what the
story leaves behind, and the demo's exit code is 1. No process, folder or index of it remains.
"""
