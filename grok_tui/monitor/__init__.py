"""Reading runs: tail, fold, judge, find, launch. No torch and no terminal."""
