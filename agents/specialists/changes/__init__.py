"""Which change, if any, brought a symptom about: shared by the specialists, each for its domain.

Pure logic over readings. A change is a suspect only if it was live before the symptom began and
something in its content can bring that symptom about; being recent or near is not enough.
"""
