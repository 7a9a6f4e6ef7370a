"""The post's claims: one module per chapter, as the suites have one folder per chapter. Each claim has one entry; the suites
refer to it by its id."""
