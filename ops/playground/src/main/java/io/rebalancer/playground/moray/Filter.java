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
     * Reads {@code attr=value}, with or without parentheses, and the forms built of it with and, or, not.
     *
     * @throws FilterSyntaxException if the text is not a filter
     */
    static Filter parse(String text) {
        return new FilterParser(text).parse();
    }

    /** Whether the value meets the condition. */
    boolean matches(JsonNode value);

    /** All parts hold. */
    record And(List<Filter> parts) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return parts.stream().allMatch(part -> part.matches(value));
        }
    }

    /** At least one part holds. */
    record Or(List<Filter> parts) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return parts.stream().anyMatch(part -> part.matches(value));
        }
    }

    /** The part does not hold. */
    record Not(Filter part) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return !part.matches(value);
        }
    }

    /** The field is there and not null. */
    record Present(String attribute) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return value.hasNonNull(attribute);
        }
    }

    /** The field, or an element of it if it is an array, reads as this text. */
    record Equal(String attribute, String text) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return texts(value.path(attribute)).contains(text);
        }
    }

    /**
     * The field consists of the pieces in order with anything between them.
     *
     * @param pieces the literal texts around the stars; the first and last may be empty
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
     * The field lies at or beyond a bound, as numbers if both are numbers, else as texts.
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
