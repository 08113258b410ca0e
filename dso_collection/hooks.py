from odoo.tools import SQL


def uninstall_hook(env):
    """Let go of what holds on to scenarios and history.

    Deleting a scenario in use or a customer account with a history is refused by the database, on
    purpose. When the addon goes, all of it goes, in an order that Odoo chooses.
    """
    holding = env.execute_query(
        SQL(
            """
            SELECT holder.relname, con.conname
              FROM pg_constraint con
              JOIN pg_class holder ON holder.oid = con.conrelid
              JOIN pg_class held ON held.oid = con.confrelid
             WHERE con.contype = 'f' AND con.confdeltype = 'r' AND held.relname LIKE %s
            """,
            'dso\\_%',
        )
    )
    for table, constraint in holding:
        env.cr.execute(
            SQL(
                "ALTER TABLE %s DROP CONSTRAINT %s",
                SQL.identifier(table),
                SQL.identifier(constraint),
            )
        )
