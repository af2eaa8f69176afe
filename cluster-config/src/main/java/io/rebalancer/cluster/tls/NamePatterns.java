package io.rebalancer.cluster.tls;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Patterns of names of TLS certificates, without regard to case. A {@code *} is one or more characters of a label, so it
 * matches no dot.
 *
 * @param patterns such as {@code manager-*.example.com} or {@code *.managers.example.com}
 */
public record NamePatterns(List<String> patterns) {
    /** Matches no name. */
    public static final NamePatterns NONE = new NamePatterns(List.of());

    private static final Pattern MEANINGLESS = Pattern.compile("[*.\\s]*");

    /** @throws IllegalArgumentException if a pattern is empty, or has nothing but wildcards */
    public NamePatterns {
        patterns = List.copyOf(patterns);
        for (String pattern : patterns) {
            if (MEANINGLESS.matcher(pattern).matches()) {
                throw new IllegalArgumentException("\"" + pattern
                        + "\" is no pattern of names; name them as in \"manager-*.example.com\", where * matches"
                        + " characters other than a dot");
            }
        }
    }

    /** Whether there is no pattern. */
    public boolean isEmpty() {
        return patterns.isEmpty();
    }

    /** Whether at least one of the names matches at least one pattern. */
    public boolean matchAny(Collection<String> names) {
        return patterns.stream()
                .map(NamePatterns::compile)
                .anyMatch(pattern ->
                        names.stream().anyMatch(name -> pattern.matcher(name).matches()));
    }

    private static Pattern compile(String pattern) {
        return Pattern.compile(
                pattern.chars()
                        .mapToObj(each -> each == '*' ? "[^.]+" : Pattern.quote(Character.toString(each)))
                        .collect(Collectors.joining()),
                Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
    }

    @Override
    public String toString() {
        return patterns.toString();
    }
}
