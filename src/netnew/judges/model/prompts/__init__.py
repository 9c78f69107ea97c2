"""What a model is told, one file a question. `FAMILY` of each names its wording: raise it when
answers may change, since it is part of the judge profile in the ledger."""
