"""Golden traces: what five runs store, ask and answer, recorded and compared between two versions.

A trace names no module and no class of the product. It is made from the outside: the command line
starts the runs, plain SQL reads the tables, loopback servers note what is asked of them.
"""
