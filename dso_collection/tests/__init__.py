from . import (
    test_dispatch,
    test_dispatch_concurrency,
    test_dispatch_results,
    test_hashtags,
    test_module,
    test_planner,
    test_worked_cases,
)
