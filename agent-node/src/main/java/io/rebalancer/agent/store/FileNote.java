package io.rebalancer.agent.store;

import io.rebalancer.core.object.ContentMd5;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What the agent knew about an object's file when it verified the file. Stored with the file ({@link NoteAttribute}), so
 * that it is known after a crash, and without reading the content again. A later change of the file does not change the
 * note.
 *
 * @param assignmentId the assignment that created the file, or {@link #SHARED}
 * @param jobEpoch epoch of the assignment's job, 0 for an order without a job; empty if unknown
 * @param md5 digest of the content; empty if unknown
 * @param sizeBytes length of the content; empty if unknown
 * @param verified time of the verification, in milliseconds; empty if unknown
 */
public record FileNote(
        UUID assignmentId,
        OptionalLong jobEpoch,
        Optional<ContentMd5> md5,
        OptionalLong sizeBytes,
        Optional<Instant> verified) {
    /** In place of the assignment if more than one needs the file: then no assignment may remove it. */
    static final UUID SHARED = new UUID(0, 0);

    private static final String VERSION = "1";

    /** The note of a file that was verified now. */
    static FileNote of(UUID assignmentId, long jobEpoch, ContentMd5 md5, long sizeBytes) {
        return new FileNote(
                assignmentId,
                OptionalLong.of(jobEpoch),
                Optional.of(md5),
                OptionalLong.of(sizeBytes),
                Optional.of(Instant.now().truncatedTo(ChronoUnit.MILLIS)));
    }

    /** A note of which only the assignment is known, as earlier builds wrote it. */
    static FileNote ofAssignment(UUID assignmentId) {
        return new FileNote(
                assignmentId, OptionalLong.empty(), Optional.empty(), OptionalLong.empty(), Optional.empty());
    }

    /** The same note for a file that more than one assignment needs. */
    FileNote shared() {
        return new FileNote(SHARED, jobEpoch, md5, sizeBytes, verified);
    }

    /** The note for people, version and known fields: {@code 1 assignment=… epoch=… md5=… size=… verified=…}. */
    String text() {
        StringBuilder text = new StringBuilder(VERSION + " assignment=" + assignmentId);
        jobEpoch.ifPresent(epoch -> text.append(" epoch=").append(epoch));
        md5.ifPresent(digest -> text.append(" md5=").append(digest.base64()));
        sizeBytes.ifPresent(size -> text.append(" size=").append(size));
        verified.ifPresent(time -> text.append(" verified=").append(time));
        return text.toString();
    }

    /**
     * Parses {@link #text}. A note of another version or a damaged note is empty: the file counts as a file without a
     * note. Unknown fields are ignored.
     */
    static Optional<FileNote> parse(String text) {
        String[] words = text.split(" ", -1);
        if (!words[0].equals(VERSION)) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 1 || fields.put(words[i].substring(0, equals), words[i].substring(equals + 1)) != null) {
                return Optional.empty();
            }
        }
        try {
            return fields.containsKey("assignment") ? Optional.of(of(fields)) : Optional.empty();
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static FileNote of(Map<String, String> fields) {
        String assignment = fields.getOrDefault("assignment", "");
        UUID assignmentId = UUID.fromString(assignment);
        // UUID.fromString fills up short groups; a truncated id must not become another assignment.
        if (!assignmentId.toString().equals(assignment)) {
            throw new IllegalArgumentException("the assignment is not a canonical UUID");
        }
        return new FileNote(
                assignmentId,
                number(fields, "epoch"),
                Optional.ofNullable(fields.get("md5")).map(ContentMd5::new),
                number(fields, "size"),
                Optional.ofNullable(fields.get("verified")).map(Instant::parse));
    }

    private static OptionalLong number(Map<String, String> fields, String name) {
        String text = fields.get(name);
        if (text == null) {
            return OptionalLong.empty();
        }
        long number = Long.parseLong(text);
        if (number < 0) {
            throw new IllegalArgumentException(name + " is negative");
        }
        return OptionalLong.of(number);
    }
}
