package io.rebalancer.core.certificate;

import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.evacuate.ShardEvidence;
import io.rebalancer.core.evacuate.VerifiedRows;
import io.rebalancer.core.json.CanonicalJson;
import io.rebalancer.core.json.JsonMembers;
import io.rebalancer.core.object.StorageNodeId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The JSON form of a certificate, whose bytes are signed. Each certificate has exactly one ({@link CanonicalJson}). Times are
 * in UTC with nine digits after the second, such as {@code 2026-11-27T03:00:00.000000000Z}.
 */
final class CertificateStatement {
    static final long VERSION = 1;

    /** Keeps the signature of a certificate from being taken for that of another document. */
    private static final String KIND = "storage-node-drained";

    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(9).toFormatter();

    private CertificateStatement() {}

    /** The canonical text. */
    static String write(Certificate certificate) {
        return CanonicalJson.write(Map.ofEntries(
                Map.entry("kind", KIND),
                Map.entry("version", VERSION),
                Map.entry("node", certificate.node().text()),
                Map.entry("datacenter", certificate.datacenter()),
                Map.entry("job", certificate.jobId().toString()),
                Map.entry("epoch", certificate.epoch()),
                Map.entry("verifiedAt", TIME.format(certificate.verifiedAt())),
                Map.entry(
                        "shards",
                        certificate.shards().stream()
                                .map(CertificateStatement::shard)
                                .toList()),
                Map.entry("settled", settled(certificate.settled())),
                Map.entry("exceptions", certificate.exceptions()),
                Map.entry("exclusions", certificate.exclusions()),
                Map.entry("issuedAt", TIME.format(certificate.issuedAt())),
                Map.entry("issuer", certificate.issuer()),
                Map.entry("keyId", certificate.keyId())));
    }

    private static Map<String, Object> shard(ShardEvidence evidence) {
        return Map.of(
                "shard", (long) evidence.shard(),
                "source", evidence.source(),
                "before", watermark(evidence.before()),
                "after", watermark(evidence.after()),
                "complete", evidence.complete(),
                "rows", rows(evidence.rows()),
                "startedAt", TIME.format(evidence.startedAt()),
                "finishedAt", TIME.format(evidence.finishedAt()));
    }

    private static Map<String, Object> watermark(RowWatermark watermark) {
        return Map.of("id", watermark.highestId(), "idx", watermark.highestIdx());
    }

    private static Map<String, Object> rows(VerifiedRows rows) {
        return Map.of(
                "read", rows.read(),
                "naming", rows.naming(),
                "unreadable", rows.unreadable(),
                "excluded", rows.excluded(),
                "uploads", rows.uploads());
    }

    private static Map<String, Object> settled(SettledCounts settled) {
        return Map.of(
                "relocated", settled.relocated(),
                "superseded", settled.superseded(),
                "gone", settled.gone(),
                "duplicate", settled.duplicate(),
                "bytes", settled.bytes());
    }

    /**
     * The certificate of a parsed statement. Spellings that are not canonical, and members that are not known, are not found
     * here: the caller writes the certificate again and compares.
     *
     * @throws io.rebalancer.core.json.InvalidJson if a member is missing
     * @throws InvalidCertificate if a member is invalid, or the version is not known
     */
    static Certificate read(JsonMembers statement) {
        if (statement.number("version") != VERSION) {
            throw new InvalidCertificate("version " + statement.number("version")
                    + " of certificates is not known, only version " + VERSION + "; verify it with a newer build");
        }
        if (!statement.text("kind").equals(KIND)) {
            throw new InvalidCertificate("it is not the certificate of a drained storage node");
        }
        try {
            return new Certificate(
                    new StorageNodeId(statement.text("node")),
                    statement.text("datacenter"),
                    UUID.fromString(statement.text("job")),
                    statement.number("epoch"),
                    Instant.parse(statement.text("verifiedAt")),
                    statement.objects("shards").stream()
                            .map(CertificateStatement::readShard)
                            .toList(),
                    readSettled(statement.object("settled")),
                    statement.number("exceptions"),
                    statement.number("exclusions"),
                    Instant.parse(statement.text("issuedAt")),
                    statement.text("issuer"),
                    statement.text("keyId"));
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new InvalidCertificate(String.valueOf(e.getMessage()));
        }
    }

    private static ShardEvidence readShard(JsonMembers shard) {
        return new ShardEvidence(
                Math.toIntExact(shard.number("shard")),
                shard.text("source"),
                readWatermark(shard.object("before")),
                readWatermark(shard.object("after")),
                shard.flag("complete"),
                readRows(shard.object("rows")),
                List.of(),
                Instant.parse(shard.text("startedAt")),
                Instant.parse(shard.text("finishedAt")));
    }

    private static RowWatermark readWatermark(JsonMembers watermark) {
        return new RowWatermark(watermark.number("id"), watermark.number("idx"));
    }

    private static VerifiedRows readRows(JsonMembers rows) {
        return new VerifiedRows(
                rows.number("read"),
                rows.number("naming"),
                rows.number("unreadable"),
                rows.number("excluded"),
                rows.number("uploads"));
    }

    private static SettledCounts readSettled(JsonMembers settled) {
        return new SettledCounts(
                settled.number("relocated"),
                settled.number("superseded"),
                settled.number("gone"),
                settled.number("duplicate"),
                settled.number("bytes"));
    }
}
