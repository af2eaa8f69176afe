package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** An LDAP-style condition on the top-level fields of a value (manta.md 7.6). */
public sealed interface Filter {
    /**
     * Parses {@code attr=value}, with or without parentheses, and its combinations with and, or, and not.
     *
     * @throws FilterSyntaxException if the text is not a filter
     */
    static Filter parse(String text) {
        return new FilterParser(text).parse();
    }

    /** Whether the value meets the condition. */
    boolean matches(JsonNode value);

    /** All parts match. */
    record And(List<Filter> parts) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return parts.stream().allMatch(part -> part.matches(value));
        }
    }

    /** At least one part matches. */
    record Or(List<Filter> parts) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return parts.stream().anyMatch(part -> part.matches(value));
        }
    }

    /** The part does not match. */
    record Not(Filter part) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return !part.matches(value);
        }
    }

    /** The field is present and not null. */
    record Present(String attribute) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return value.hasNonNull(attribute);
        }
    }

    /** The field, or one of its elements if it is an array, has this text. */
    record Equal(String attribute, String text) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return texts(value.path(attribute)).contains(text);
        }
    }

    /**
     * The field consists of the pieces in order, with any text between them.
     *
     * @param pieces the literal texts around the stars; the first and the last may be empty
     */
    record Substring(String attribute, List<String> pieces) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            String regex = pieces.stream().map(Pattern::quote).collect(Collectors.joining(".*"));
            Pattern pattern = Pattern.compile(regex, Pattern.DOTALL);
            return texts(value.path(attribute)).stream()
                    .anyMatch(text -> pattern.matcher(text).matches());
        }
    }

    /**
     * The field is at or beyond a bound. Numbers are compared as numbers, everything else as text.
     *
     * @param atLeast true for {@code >=}, false for {@code <=}
     */
    record Bound(String attribute, String text, boolean atLeast) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return texts(value.path(attribute)).stream().anyMatch(this::within);
        }

        private boolean within(String actual) {
            Optional<BigDecimal> left = number(actual);
            Optional<BigDecimal> right = number(text);
            int order =
                    left.isPresent() && right.isPresent() ? left.get().compareTo(right.get()) : actual.compareTo(text);
            return atLeast ? order >= 0 : order <= 0;
        }
    }

    private static List<String> texts(JsonNode field) {
        if (field.isArray()) {
            return StreamSupport.stream(field.spliterator(), false)
                    .filter(item -> item.isValueNode() && !item.isNull())
                    .map(JsonNode::asText)
                    .toList();
        }
        return field.isValueNode() && !field.isNull() ? List.of(field.asText()) : List.of();
    }

    private static Optional<BigDecimal> number(String text) {
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
