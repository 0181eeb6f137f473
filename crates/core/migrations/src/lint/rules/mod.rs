//! The rules, one file each.

mod add_check;
mod add_foreign_key;
mod add_not_null;
mod add_unique;
mod change_all_rows;
mod change_type;
mod create_index;
mod delete_rows;
mod drop_column;
mod drop_index;
mod drop_table;
mod drop_view;
mod lock_table;
mod modify_column;
mod rebuild_with_keys;
mod reindex;
mod rename_column;
mod rename_table;
mod rewrite_table;
mod set_not_null;
mod several_tables;
mod validate_at_once;
mod volatile_default;

use super::Rule;

/// Every rule, in the order in which findings of one statement are told.
pub const RULES: &[Rule] = &[
    drop_table::RULE,
    drop_column::RULE,
    drop_view::RULE,
    delete_rows::RULE,
    rename_column::RULE,
    rename_table::RULE,
    add_not_null::RULE,
    set_not_null::RULE,
    volatile_default::RULE,
    change_type::RULE,
    modify_column::RULE,
    rewrite_table::RULE,
    add_foreign_key::RULE,
    add_check::RULE,
    add_unique::RULE,
    validate_at_once::RULE,
    create_index::RULE,
    drop_index::RULE,
    reindex::RULE,
    change_all_rows::RULE,
    several_tables::RULE,
    lock_table::RULE,
    rebuild_with_keys::RULE,
];
