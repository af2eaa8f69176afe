package io.rebalancer.core.audit;

import io.rebalancer.core.json.CanonicalJson;
import io.rebalancer.core.json.InvalidJson;
import io.rebalancer.core.json.JsonMembers;
import io.rebalancer.core.json.JsonParser;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The chain of audit entries. Each entry has exactly one text, a line of canonical JSON, and carries the hash of the entry
 * before. Times are in UTC with nine digits after the second.
 */
public final class AuditChain {
    private static final long VERSION = 1;
    private static final String HASH = "hash";
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

    private AuditChain() {}

    /** The entry that follows the last entry of a log. */
    public static AuditEntry next(AuditHead last, Instant at, AuditFact fact) {
        AuditEntry unhashed = new AuditEntry(last.number() + 1, at, fact, last.hash(), "");
        return new AuditEntry(unhashed.number(), at, fact, unhashed.previousHash(), hash(unhashed));
    }

    /** SHA-256 of the entry's text without the member {@code hash}, as hexadecimal digits in lower case. */
    static String hash(AuditEntry entry) {
        try {
            byte[] text = CanonicalJson.bytes(CanonicalJson.write(members(entry)));
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The one text of an entry: ASCII, without a line end. */
    public static String line(AuditEntry entry) {
        Map<String, Object> members = new TreeMap<>(members(entry));
        members.put(HASH, entry.hash());
        return CanonicalJson.write(members);
    }

    private static Map<String, Object> members(AuditEntry entry) {
        AuditFact fact = entry.fact();
        return Map.ofEntries(
                Map.entry("version", VERSION),
                Map.entry("number", entry.number()),
                Map.entry("at", TIME.format(entry.at())),
                Map.entry("id", fact.id().toString()),
                Map.entry("source", fact.who().source()),
                Map.entry("user", fact.who().user()),
                Map.entry("action", fact.action()),
                Map.entry("subject", fact.subject()),
                Map.entry("parameters", fact.parameters()),
                Map.entry("result", fact.result()),
                Map.entry("request", fact.request()),
                Map.entry("previousHash", entry.previousHash()));
    }

    /**
     * The entry with this text. Its hash is not verified.
     *
     * @throws InvalidJson if the text is not exactly that of an entry
     */
    public static AuditEntry parse(String line) {
        AuditEntry entry = read(JsonMembers.of(JsonParser.parse(line)));
        if (!line(entry).equals(line)) {
            throw new InvalidJson(
                    "it is not in the one form of an entry: a member is not known or occurs twice, or a value"
                            + " has another spelling");
        }
        return entry;
    }

    private static AuditEntry read(JsonMembers entry) {
        if (entry.number("version") != VERSION) {
            throw new InvalidJson("version " + entry.number("version") + " of audit entries is not known, only version "
                    + VERSION + "; verify it with a newer build");
        }
        try {
            return new AuditEntry(
                    entry.number("number"),
                    Instant.parse(entry.text("at")),
                    new AuditFact(
                            UUID.fromString(entry.text("id")),
                            new AuditActor(entry.text("source"), entry.text("user")),
                            entry.text("action"),
                            entry.text("subject"),
                            entry.texts("parameters"),
                            entry.text("result"),
                            entry.number("request")),
                    entry.text("previousHash"),
                    entry.text(HASH));
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new InvalidJson(String.valueOf(e.getMessage()));
        }
    }
}
