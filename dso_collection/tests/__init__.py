from . import (
    test_module,
    test_planner,
    test_worked_cases,
)
