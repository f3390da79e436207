"""The classic case, played in the real window by either hand."""

CASE = "wandering-shadows"
BELIEF = {"cop": ("cop", 14), "eosinophilic": ("chronic eosinophilic", 4)}


def read_today(hand, compared):
    """Read the CT of today as far as one who looks at the pictures would."""
    hand.until(lambda: hand.page.room.stage.canvas.frame is not None)
    hand.section("read")
    hand.rate("right-lower", 3)
    hand.rate("left-lower", 2)
    hand.see("consolidation")
    if compared:
        hand.trend("better")
    hand.sign()
    assert hand.page.panel.sections["read"].report.text().startswith("SIMULATED")


def say(hand, cited):
    """State belief, evidence and forecast, as far as the step asks for them."""
    asks = hand.desk.step.asks
    if "belief" in asks:
        hand.section("differential")
        hand.believe(BELIEF)
    if "evidence" in asks:
        hand.section("evidence")
        hand.cite(cited, "for")
    if "forecast" in asks:
        hand.section("visit")
        hand.expect("better")


def order(hand, tests, courses=()):
    hand.section("orders")
    for name in tests:
        hand.order(name)
    for name, dose in courses:
        hand.give(name, dose)
    assert len(hand.page.panel.draft.orders) == len(tests) + len(courses), hand.said()
    hand.send()


def go_on(hand):
    """Commit, move the clock, and answer what is said about what is missing by pressing again."""
    day, events = hand.desk.day, len(hand.desk.run.events)
    for _ in range(2):
        hand.commit()
        if len(hand.desk.run.events) > events:
            break
    for _ in range(2):
        if hand.desk.day == day and not hand.desk.over:
            hand.advance()
    assert hand.desk.day > day or hand.desk.over, hand.said()


FIRST = ["drug history", "thin-section CT", "C-reactive protein", "bronchoscopy", "antinuclear"]
TREATMENT = [
    ("prednisolone", "0.75 mg/kg 4 weeks, 20 mg 8 weeks, 10 mg 8 weeks, 5 mg 4 weeks"),
    ("co-trimoxazole", "24 weeks"),
]


def play(hand, chest=None):
    """Play the case from the library to the debrief, and return the run."""
    hand.start(CASE, chest)
    hand.until(lambda: hand.page is not None and hand.desk is not None)
    order(hand, FIRST)
    read_today(hand, compared=False)
    say(hand, "cough")
    go_on(hand)
    treated = False
    for _ in range(30):
        if hand.desk.over:
            break
        fresh = hand.desk.day in [step.day for step in hand.desk.session.case.steps]
        if fresh:
            order(hand, ["thin-section CT"], [] if treated else TREATMENT)
            treated = True
            read_today(hand, compared=True)
            say(hand, "consolidation")
        go_on(hand)
    hand.until(lambda: hand.desk.over)
    played = hand.desk.run
    hand.debrief()
    hand.until(lambda: hand.window.debrief is not None and hand.window.debrief.debrief is not None)
    return played
