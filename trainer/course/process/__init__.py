"""The processes that diseases share, one module each, compiled.

A process is a function that changes one patient's record (and opacities) by one tick or one day. Each takes the
patient ``p`` (a record of `trainer.course.state.PATIENT`), the disease ``q`` (`trainer.course.parameter.DISEASE`),
the body ``b`` (`trainer.course.parameter.BODY`), and what it needs of the day's treatment. Docstrings give the
equations; the numbers and their sources are in ``assets/knowledge``.
"""
