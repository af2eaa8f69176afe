package io.rebalancer.playground.moray;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * An LDAP-style condition on the top-level fields of a value, and on the columns {@link #INTERNAL} of its row (manta.md
 * 7.6). {@code toString} is the text form, each part in parentheses.
 */
public sealed interface Filter {
    /** The columns that every bucket has and that a filter may name. */
    Set<String> INTERNAL = Set.of("_id", "_key", "_etag", "_mtime", "_txn_snap");

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

    /** Whether an index narrows the search: of one part of a conjunction, and of every part of a disjunction. */
    boolean isIndexed(Predicate<String> hasIndex);

    /** The fields that the filter names. */
    Set<String> attributes();

    private static String joined(char operator, List<Filter> parts) {
        return "(" + operator + parts.stream().map(Filter::toString).collect(Collectors.joining()) + ")";
    }

    private static Set<String> attributes(List<Filter> parts) {
        return parts.stream()
                .flatMap(part -> part.attributes().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        text.chars().forEach(c -> {
            if ("()*\\".indexOf(c) >= 0) {
                out.append(String.format(Locale.ROOT, "\\%02x", c));
            } else {
                out.append((char) c);
            }
        });
        return out.toString();
    }

    /** A comparison of one field. */
    sealed interface Comparison extends Filter {
        String attribute();

        @Override
        default boolean isIndexed(Predicate<String> hasIndex) {
            return INTERNAL.contains(attribute()) || hasIndex.test(attribute());
        }

        @Override
        default Set<String> attributes() {
            return Set.of(attribute());
        }
    }

    /** All parts match. */
    record And(List<Filter> parts) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return parts.stream().allMatch(part -> part.matches(value));
        }

        @Override
        public boolean isIndexed(Predicate<String> hasIndex) {
            return parts.stream().anyMatch(part -> part.isIndexed(hasIndex));
        }

        @Override
        public Set<String> attributes() {
            return Filter.attributes(parts);
        }

        @Override
        public String toString() {
            return joined('&', parts);
        }
    }

    /** At least one part matches. */
    record Or(List<Filter> parts) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return parts.stream().anyMatch(part -> part.matches(value));
        }

        @Override
        public boolean isIndexed(Predicate<String> hasIndex) {
            return parts.stream().allMatch(part -> part.isIndexed(hasIndex));
        }

        @Override
        public Set<String> attributes() {
            return Filter.attributes(parts);
        }

        @Override
        public String toString() {
            return joined('|', parts);
        }
    }

    /** The part does not match. */
    record Not(Filter part) implements Filter {
        @Override
        public boolean matches(JsonNode value) {
            return !part.matches(value);
        }

        @Override
        public boolean isIndexed(Predicate<String> hasIndex) {
            return part.isIndexed(hasIndex);
        }

        @Override
        public Set<String> attributes() {
            return part.attributes();
        }

        @Override
        public String toString() {
            return "(!" + part + ")";
        }
    }

    /** The field is present and not null. */
    record Present(String attribute) implements Comparison {
        @Override
        public String toString() {
            return "(" + attribute + "=*)";
        }

        @Override
        public boolean matches(JsonNode value) {
            return value.hasNonNull(attribute);
        }
    }

    /** The field, or one of its elements if it is an array, has this text. */
    record Equal(String attribute, String text) implements Comparison {
        @Override
        public String toString() {
            return "(" + attribute + "=" + escaped(text) + ")";
        }

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
    record Substring(String attribute, List<String> pieces) implements Comparison {
        @Override
        public String toString() {
            return "(" + attribute + "=" + pieces.stream().map(Filter::escaped).collect(Collectors.joining("*")) + ")";
        }

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
    record Bound(String attribute, String text, boolean atLeast) implements Comparison {
        @Override
        public String toString() {
            return "(" + attribute + (atLeast ? ">=" : "<=") + escaped(text) + ")";
        }

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
