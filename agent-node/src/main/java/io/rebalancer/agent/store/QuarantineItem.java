package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.text.StableWord;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;

/**
 * What is known of a file in the quarantine: the content of its sidecar file.
 *
 * @param id name of the item, a UUID
 * @param key the object whose name the file had
 * @param time when the move began
 * @param permissions mode of the file while it had the name
 * @param note the file's note, if it has one
 * @param evidence what led to the move
 */
record QuarantineItem(
        String id,
        ObjectKey key,
        QuarantineReason reason,
        State state,
        Instant time,
        long sizeBytes,
        Set<PosixFilePermission> permissions,
        Optional<FileNote> note,
        QuarantineEvidence evidence) {
    private static final String VERSION = "1";

    /** How far the move of the file has come. */
    enum State {
        /** The file may have both names, or only one of them. */
        MOVING,
        /** The file has lost its object's name. */
        KEPT
    }

    QuarantineItem kept() {
        return new QuarantineItem(id, key, reason, State.KEPT, time, sizeBytes, permissions, note, evidence);
    }

    /** The content of the sidecar, one {@code name=value} per line. */
    String text() {
        StringBuilder text = new StringBuilder();
        line(text, "version", VERSION);
        line(text, "state", StableWord.of(state));
        line(text, "reason", reason.word());
        line(text, "path", key.relativePath());
        line(text, "time", time.toString());
        line(text, "size", String.valueOf(sizeBytes));
        line(text, "mode", PosixFilePermissions.toString(permissions));
        note.ifPresent(each -> line(text, "note", each.text()));
        evidence.found().ifPresent(md5 -> line(text, "found-md5", md5.base64()));
        evidence.expected().ifPresent(md5 -> line(text, "expected-md5", md5.base64()));
        evidence.runId().ifPresent(run -> line(text, "run", run.toString()));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(name).append('=').append(value).append('\n');
    }

    /** Parses {@link #text}; a sidecar of another version or a damaged sidecar is empty. */
    static Optional<QuarantineItem> parse(String id, String text) {
        Properties lines = new Properties();
        try {
            lines.load(new StringReader(text));
            Optional<QuarantineReason> reason = QuarantineReason.of(lines.getProperty("reason", ""));
            if (!lines.getProperty("version", "").equals(VERSION) || reason.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new QuarantineItem(
                    id,
                    ObjectKey.parsePath(lines.getProperty("path", "")),
                    reason.get(),
                    lines.getProperty("state", "").equals(StableWord.of(State.KEPT)) ? State.KEPT : State.MOVING,
                    Instant.parse(lines.getProperty("time", "")),
                    Long.parseLong(lines.getProperty("size", "")),
                    PosixFilePermissions.fromString(lines.getProperty("mode", "")),
                    Optional.ofNullable(lines.getProperty("note")).flatMap(FileNote::parse),
                    new QuarantineEvidence(
                            md5(lines, "found-md5"),
                            md5(lines, "expected-md5"),
                            Optional.ofNullable(lines.getProperty("run")).map(UUID::fromString))));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<ContentMd5> md5(Properties lines, String name) {
        return Optional.ofNullable(lines.getProperty(name)).map(ContentMd5::new);
    }
}
