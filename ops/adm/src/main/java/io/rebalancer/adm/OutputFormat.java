package io.rebalancer.adm;

import java.util.Locale;

/** The form of what a command prints on standard output. */
enum OutputFormat {
    /** Text for people. */
    TABLE,
    /** JSON as the API answers it. */
    JSON,
    /** A JSON object in each line: each item of a list, or each change. */
    JSONL;

    /** The word of the option. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
