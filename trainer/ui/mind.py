"""What thinks behind the window: the engine, the imagined patients and who scores with them."""

from __future__ import annotations

import ctypes
import gc
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainer.chest.series import Series
    from trainer.course.cohort import Engine
    from trainer.encounter.examiner import Examiner
    from trainer.encounter.run import Run
    from trainer.encounter.session import Session
    from trainer.reasoning.imagined import Imagined
    from trainer.ui.library.catalogue import StartRequest
    from trainer.ui.work import Call


@dataclass
class Thinker:
    """Makes what is slow to make once, when it is first needed.

    ``scale`` is that of the anatomy in which marks are looked up, the same that the window shows. The methods are for
    jobs of the mind lane alone: one thread, so nothing is made twice.
    """

    scale: int = 1
    _engine: Engine | None = None
    _imagined: Imagined | None = None
    _examiners: dict[str, Examiner] = field(default_factory=dict)
    _call: Call | None = None

    def engine(self, call: Call) -> Engine:
        """Return the engine, compiled."""
        if self._engine is None:
            from trainer.course.cohort import Engine
            from trainer.course.warming import is_warm, warm
            from trainer.knowledge.library import library

            made = Engine.of(library())
            if not is_warm():
                call.tell(0.1, "compiling the simulator for this machine, once (half a minute)")
                warm(made.parameters)
            self._engine = made
        return self._engine

    def imagined(self, call: Call) -> Imagined:
        """Return the observer's patients."""
        if self._imagined is None:
            from trainer.reasoning.imagined import COUNT, Imagined

            engine = self.engine(call)
            self._imagined = Imagined(engine, COUNT, lambda share: call.tell(share, "imagining patients"))
        return self._imagined

    def rest(self, _: Call) -> None:
        """Let go of what was thought of the last encounter: hundreds of megabytes that the next one does not need."""
        for examiner in self._examiners.values():
            examiner.forget()
        if self._imagined is not None:
            self._imagined.forget()
        _give_back()

    def session(self, run: Run, call: Call) -> Session:
        """Return the encounter of a run.

        Raises
        ------
        BadInput
            If the run cannot be played again.
        """
        from trainer.encounter.session import Session
        from trainer.knowledge.casebook import read_case

        engine = self.engine(call)
        return Session(engine, read_case(run.header.case, engine.library), run)

    def begin(self, request: StartRequest, call: Call) -> Session:
        """Return a new encounter."""
        from trainer.encounter.run import Chest, Header, Run
        from trainer.encounter.session import Session
        from trainer.knowledge.casebook import read_case

        engine = self.engine(call)
        case = read_case(request.case, engine.library)
        chest = request.chest
        header = Header(
            case=case.id,
            version=case.version,
            seed=request.seed,
            mode=request.mode,
            policy=request.policy,
            time_factor=request.time_factor,
            chest=None if chest is None else Chest(name=chest.name, digest=chest.digest),
        )
        return Session(engine, case, Run(header=header))

    def scorer(self, run: Run, policy: str, call: Call) -> tuple[Session, Examiner]:
        """Return a run's encounter, played again for this purpose alone, and who scores it.

        Raises
        ------
        BadInput
            If the run cannot be played again.
        """
        from trainer.encounter.examiner import Examiner

        engine = self.engine(call)
        if policy not in self._examiners:
            self._examiners[policy] = Examiner(
                engine, engine.library.policy(policy), self.imagined(call), draw=self.draw
            )
        self._call, self._examiners[policy].heed = call, call.check
        return self.session(run, call), self._examiners[policy]

    def draw(self, session: Session, day: int) -> Series:
        """Return the CT of a day of an encounter, on the window's anatomy."""
        from trainer.chest.anatomy.build import anatomy_of
        from trainer.chest.protocol import Protocol
        from trainer.chest.series import Series
        from trainer.core.chance import key_of

        visit, call = key_of("visit", session.person.key, day), self._call
        heed = (lambda _: call.check()) if call is not None else None
        return Series(anatomy_of(session.person, heed, scale=self.scale), session.chest(day), Protocol(), visit)


def _give_back() -> None:
    """Give freed memory back to the system; glibc keeps it else, and grows by a hundred megabytes with each case."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def settle(_: Call) -> None:
    """Import ahead what the other pages need, and let the collector never look again at what is loaded by now.

    A full collection over knowledge and modules would hold the window up for a tenth of a second each time.
    """
    import pyqtgraph  # noqa: F401

    import trainer.ui.debrief.page
    import trainer.ui.encounter_page  # noqa: F401

    gc.freeze()
