package io.rebalancer.http.legacy;

import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** UUIDs in the spellings that the legacy agent accepts: with hyphens, without, in braces, as a URN, in either case. */
public final class LegacyUuids {
    private static final Pattern SPELLINGS = Pattern.compile(
            "(?:urn:uuid:)?\\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\\}?");

    private LegacyUuids() {}

    public static Optional<UUID> parse(String text) {
        Matcher matcher = SPELLINGS.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(UUID.fromString(matcher.replaceFirst("$1-$2-$3-$4-$5")));
    }
}
