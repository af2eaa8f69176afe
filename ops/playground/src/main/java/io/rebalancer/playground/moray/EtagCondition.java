package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** The condition of a write on the existing row, from the option {@code etag} (manta.md 7.7). */
public sealed interface EtagCondition {
    /** The option is missing: write unconditionally. */
    static EtagCondition any() {
        return new Any();
    }

    /** The option is JSON null: the row must not exist. */
    static EtagCondition absent() {
        return new Absent();
    }

    /** The option is a text: the row must exist with exactly this etag. */
    static EtagCondition equalTo(String etag) {
        return new EqualTo(etag);
    }

    /** Reads the condition from the options of a call (manta.md 7.6). */
    static EtagCondition fromOptions(JsonNode options) {
        JsonNode etag = options.path("etag");
        if (etag.isMissingNode()) {
            return any();
        }
        return etag.isNull() ? absent() : equalTo(etag.asText());
    }

    /** Whether the existing row, given by its etag or empty if there is none, meets the condition. */
    boolean holds(Optional<String> actual);

    /** The expected etag in the message of a conflict: {@code null} if no row was expected (manta.md 7.7). */
    String expected();

    /** Always met. */
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

    /** Met if there is no row. */
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
     * Met by a row with this etag.
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
