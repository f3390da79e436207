"""The streams of keyed chance that the engine draws from; a number is never reused for another purpose."""

TRAIT = 1  # index: which trait of the person or the illness
FLARE = 2
FLARE_SIZE = 3
BIRTH = 4  # index: kind of opacity
FIRST_BIRTH = 5  # index: kind
ADDRESS = 6  # tick: birth of the opacity; index: kind and which coordinate
SHAPE = 7  # tick: birth; index: kind and which property
DEATH = 8
INFECTION = 9
PNEUMOCYSTIS = 10
TOXICITY = 11  # index: which harm
ADRENAL = 12
BODY = 13  # index: which quantity's day-to-day variation
EMBOLUS = 14
TRANSMISSION = 15
RESULT = 16  # index: which reading of which test
