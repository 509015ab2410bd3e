"""When a changed DB parameter holds: at once, or when the database restarts.

RDS knows of each parameter of a family whether it is dynamic or static (DescribeEngineDefaultParameters, ApplyType).
Neither botocore nor cfn-lint have that list, so that these tables have what the engines themselves document: of
PostgreSQL "This parameter can only be set at server start" (runtime configuration), of MySQL and MariaDB "Dynamic: No"
(server option and variable reference). What is in no table is said to be unknown.
"""

from __future__ import annotations

import re
from typing import Literal

When = Literal["static", "dynamic", "unknown"]
_POSTGRES_STATIC = frozenset(
    (
        *(
            "archive_mode",
            "autovacuum_freeze_max_age",
            "autovacuum_multixact_freeze_max_age",
            "commit_timestamp_buffers",
        ),
        *("cron.database_name", "cron.max_running_jobs", "dynamic_shared_memory_type", "hot_standby", "huge_page_size"),
        *("huge_pages", "listen_addresses", "logging_collector", "max_connections", "max_files_per_process"),
        *("max_locks_per_transaction", "max_logical_replication_workers", "max_pred_locks_per_transaction"),
        *("max_prepared_transactions", "max_replication_slots", "max_wal_senders", "max_worker_processes"),
        *("min_dynamic_shared_memory", "multixact_member_buffers", "multixact_offset_buffers", "notify_buffers"),
        *(
            "old_snapshot_threshold",
            "pg_stat_statements.max",
            "port",
            "rds.logical_replication",
            "reserved_connections",
        ),
        *("serializable_buffers", "shared_buffers", "shared_memory_type", "shared_preload_libraries"),
        *("subtransaction_buffers", "superuser_reserved_connections", "track_activity_query_size"),
        *("track_commit_timestamp", "transaction_buffers", "wal_buffers", "wal_decode_buffer_size", "wal_level"),
    )
)
_POSTGRES_DYNAMIC = re.compile(
    r"log_(?!ging)\w+|(maintenance_|autovacuum_|logical_decoding_)?work_mem|temp_buffers|hash_mem_multiplier"
    r"|\w+_timeout|(random|seq)_page_cost|effective_(cache_size|io_concurrency)|default_statistics_target"
    r"|autovacuum(_naptime|_\w+_(threshold|scale_factor|cost_delay|cost_limit))?|(min|max)_wal_size"
    r"|checkpoint_completion_target|enable_\w+|jit|pg_stat_statements\.track|pgaudit\.log|auto_explain\.\w+"
)
_WORKERS = "autovacuum_max_workers"
"""Static up to PostgreSQL 17."""
_LAST_WITH_STATIC_WORKERS = 17
_MYSQL_STATIC = frozenset(
    (
        *("back_log", "ft_max_word_len", "ft_min_word_len", "ft_query_expansion_limit", "innodb_autoinc_lock_mode"),
        *("innodb_ft_cache_size", "innodb_ft_max_token_size", "innodb_ft_min_token_size", "innodb_ft_total_cache_size"),
        *("innodb_page_size", "innodb_rollback_on_timeout", "innodb_sort_buffer_size", "lower_case_table_names"),
        *("performance_schema", "skip_name_resolve", "table_open_cache_instances", "thread_stack"),
    )
)
_MYSQL_DYNAMIC = frozenset(
    (
        *("general_log", "innodb_buffer_pool_size", "innodb_flush_log_at_trx_commit", "innodb_io_capacity"),
        *("innodb_lock_wait_timeout", "interactive_timeout", "log_output", "long_query_time", "max_allowed_packet"),
        *("max_connections", "require_secure_transport", "slow_query_log", "sync_binlog", "time_zone", "wait_timeout"),
    )
)


def applied(family: str, name: str) -> When:
    """When a changed parameter of a parameter group's family (``postgres17``, ``aurora-mysql8.0``) holds."""
    if "postgres" in family:
        return _of_postgres(family, name)
    if name in _MYSQL_STATIC:
        return "static"
    return "dynamic" if name in _MYSQL_DYNAMIC else "unknown"


def _of_postgres(family: str, name: str) -> When:
    if name == _WORKERS:
        major = re.search(r"[0-9]+", family)
        return "static" if major and int(major[0]) <= _LAST_WITH_STATIC_WORKERS else "dynamic"
    if name in _POSTGRES_STATIC:
        return "static"
    return "dynamic" if _POSTGRES_DYNAMIC.fullmatch(name) else "unknown"
