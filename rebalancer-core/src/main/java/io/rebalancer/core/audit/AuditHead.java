package io.rebalancer.core.audit;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last entry of an audit log, or of a part of it from the first entry on. Who keeps it elsewhere can later prove that
 * no entry up to it was changed or removed.
 *
 * @param number of the entry, 0 if there is none
 * @param hash of the entry, 64 hexadecimal digits in lower case
 */
public record AuditHead(long number, String hash) {
    /** The log without any entry. */
    public static final AuditHead START = new AuditHead(0, "0".repeat(64));

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18}):([0-9a-f]{64})");

    /** The head in the form {@code NUMBER:HASH}; empty if the text has another form. */
    public static Optional<AuditHead> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new AuditHead(Long.parseLong(parts.group(1)), parts.group(2)))
                : Optional.empty();
    }

    /** The head in the form {@code NUMBER:HASH}. */
    public String text() {
        return number + ":" + hash;
    }
}
