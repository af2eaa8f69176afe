package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What a write demands of the row it replaces: the three readings of the option {@code etag} (manta.md 7.7). */
public sealed interface EtagCondition {
    /** The option was left out: write whatever is there. */
    static EtagCondition any() {
        return new Any();
    }

    /** The option was JSON null: the row must not exist. */
    static EtagCondition absent() {
        return new Absent();
    }

    /** The option was a text: the row must exist with exactly this etag. */
    static EtagCondition equalTo(String etag) {
        return new EqualTo(etag);
    }

    /** Reads the condition out of the options object of a call (manta.md 7.6). */
    static EtagCondition fromOptions(JsonNode options) {
        JsonNode etag = options.path("etag");
        if (etag.isMissingNode()) {
            return any();
        }
        return etag.isNull() ? absent() : equalTo(etag.asText());
    }

    /** Whether a row with this etag, or no row, meets the condition. */
    boolean holds(Optional<String> actual);

    /** The expected etag as a conflict words it: {@code null} when no row was expected (manta.md 7.7). */
    String expected();

    /** No demand. */
    record Any() implements EtagCondition {
        @Override
        public boolean holds(Optional<String> actual) {
            return true;
        }

        @Override
        public String expected() {
            return "*";
        }
    }

    /** No row. */
    record Absent() implements EtagCondition {
        @Override
        public boolean holds(Optional<String> actual) {
            return actual.isEmpty();
        }

        @Override
        public String expected() {
            return "null";
        }
    }

    /**
     * A row with this etag.
     *
     * @param etag opaque text, compared exactly
     */
    record EqualTo(String etag) implements EtagCondition {
        @Override
        public boolean holds(Optional<String> actual) {
            return actual.filter(etag::equals).isPresent();
        }

        @Override
        public String expected() {
            return etag;
        }
    }
}
