from . import (
    test_concurrent_accounting,
    test_dispatch,
    test_dispatch_concurrency,
    test_dispatch_results,
    test_engine_properties,
    test_engine_sequences,
    test_hashtags,
    test_merge,
    test_module,
    test_planner,
    test_worked_cases,
)
