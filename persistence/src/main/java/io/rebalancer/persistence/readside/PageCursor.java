package io.rebalancer.persistence.readside;

import io.rebalancer.core.port.JobHistory.BadCursor;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The sort key of a page's last line, as an opaque word for the client.
 *
 * @param given the word
 */
record PageCursor(String given, List<String> parts) {
    private static final String SEPARATOR = " ";

    /** The word for a sort key. */
    static String of(Object... parts) {
        String key = Arrays.stream(parts).map(Object::toString).collect(Collectors.joining(SEPARATOR));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The cursor that a client sent.
     *
     * @throws BadCursor if it has no such form
     */
    static PageCursor parse(String given) {
        try {
            return new PageCursor(
                    given,
                    List.of(new String(Base64.getUrlDecoder().decode(given), StandardCharsets.UTF_8)
                            .split(SEPARATOR, -1)));
        } catch (IllegalArgumentException e) {
            throw new BadCursor(given, e);
        }
    }

    /** The cursor without its first part. */
    PageCursor withoutFirst() {
        return new PageCursor(given, parts.subList(1, parts.size()));
    }

    Instant time(int part) {
        return read(part, Instant::parse);
    }

    UUID uuid(int part) {
        return read(part, UUID::fromString);
    }

    long number(int part) {
        return read(part, Long::valueOf);
    }

    String text(int part) {
        return parts.get(part);
    }

    private <T> T read(int part, Function<String, T> parser) {
        try {
            return parser.apply(parts.get(part));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new BadCursor(given, e);
        }
    }
}
