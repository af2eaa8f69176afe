package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class QuarantineTest {
    private static final UUID ASSIGNMENT = new UUID(5, 5);
    private static final UUID OTHER_ASSIGNMENT = new UUID(5, 6);
    private static final ObjectKey KEY = StoreUntilKilled.key(1);
    private static final ObjectKey V2 = new ObjectKey(
            new UUID(1, 2),
            new UUID(3, 4),
            Optional.of(new ObjectKey.BucketLocation(new UUID(7, 8), "0123456789abcdef0123456789abcdef")));
    private static final byte[] CONTENT = StoreUntilKilled.content(1);
    private static final byte[] OTHER = "something else".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path root;

    private ObjectStore store;

    @BeforeEach
    void open() throws IOException {
        store = ObjectStore.open(root, Durability.OS, SpaceGuard.Bounds.NONE);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private void reopen(QuarantineBounds bounds) throws IOException {
        store.close();
        store = ObjectStore.open(
                root,
                new StoreOptions(Durability.OS, bounds, FileModes.FROM_ROOT, PartLimits.DEFAULT),
                SpaceGuard.Bounds.NONE);
    }

    private void put(ObjectKey key, byte[] bytes) throws Exception {
        try (IncomingObject object = store.begin(key, bytes.length, StoreUntilKilled.md5(bytes))) {
            object.write(ByteBuffer.wrap(bytes));
            object.verify(ASSIGNMENT, 7);
            store.publish(object);
        }
    }

    private Path quarantine() {
        return root.resolve(".rebalancer/quarantine");
    }

    private List<String> ids() throws IOException {
        try (Stream<Path> files = Files.list(quarantine())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".data"))
                    .map(name -> name.substring(0, name.length() - 5))
                    .toList();
        }
    }

    private String onlyId() throws IOException {
        assertThat(ids()).hasSize(1);
        return ids().get(0);
    }

    private QuarantineItem item(String id) throws IOException {
        return QuarantineItem.parse(id, Files.readString(quarantine().resolve(id + ".properties")))
                .orElseThrow();
    }

    private Path data(String id) {
        return quarantine().resolve(id + ".data");
    }

    private static Set<PosixFilePermission> mode(String text) {
        return PosixFilePermissions.fromString(text);
    }

    /** The digests lead to the damaged file or the wrong record, and the path leads back to the object's place. */
    @Test
    void aReplacedFileIsLoggedAndItsSidecarNamesItsObject() throws Exception {
        Files.createDirectories(store.path(V2).getParent());
        Files.write(store.path(V2), OTHER);
        Logger logger = (Logger) LoggerFactory.getLogger(QuarantineLog.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            put(V2, CONTENT);
        } finally {
            logger.detachAppender(log);
        }
        String id = onlyId();
        assertThat(log.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .contains("path=" + V2.relativePath(), "reason=replaced", "quarantined=" + id)
                .contains("found-md5=" + StoreUntilKilled.md5(OTHER).base64())
                .contains("expected-md5=" + StoreUntilKilled.md5(CONTENT).base64());
        QuarantineItem item = item(id);
        assertThat(item.key()).isEqualTo(V2);
        assertThat(item.reason()).isEqualTo(QuarantineReason.REPLACED);
        assertThat(item.state()).isEqualTo(QuarantineItem.State.KEPT);
        assertThat(item.sizeBytes()).isEqualTo(OTHER.length);
        assertThat(item.note()).isEmpty();
        assertThat(item.evidence().found()).contains(StoreUntilKilled.md5(OTHER));
        assertThat(item.evidence().expected()).contains(StoreUntilKilled.md5(CONTENT));
        assertThat(data(id)).hasBinaryContent(OTHER);
        assertThat(store.path(V2)).hasBinaryContent(CONTENT);
    }

    /** The web server serves the object root, so the mode has to withdraw the file. */
    @Test
    void aQuarantinedFileHasNoPermissionsUntilItIsRestored() throws Exception {
        put(KEY, CONTENT);
        Files.setPosixFilePermissions(store.path(KEY), mode("rw-r-----"));
        assertThat(store.discard(KEY, ASSIGNMENT)).isEqualTo(Discarded.DISCARDED);
        String id = onlyId();
        assertThat(Files.getPosixFilePermissions(data(id))).isEmpty();
        assertThat(item(id).note().flatMap(FileNote::md5)).contains(StoreUntilKilled.md5(CONTENT));
        assertThat(store.quarantinedFiles()).isEqualTo(1);
        assertThat(store.quarantinedBytes()).isEqualTo(CONTENT.length);
        assertThat(store.restore(id)).isEqualTo(Restored.RESTORED);
        assertThat(Files.getPosixFilePermissions(store.path(KEY))).isEqualTo(mode("rw-r-----"));
        assertThat(store.path(KEY)).hasBinaryContent(CONTENT);
        assertThat(quarantine()).isEmptyDirectory();
        assertThat(store.quarantinedFiles()).isZero();
        assertThat(store.restore(id)).isEqualTo(Restored.MISSING);
        assertThat(store.discard(KEY, ASSIGNMENT)).isEqualTo(Discarded.DISCARDED);
    }

    @Test
    void restoreReplacesNoFile() throws Exception {
        put(KEY, OTHER);
        store.discard(KEY, ASSIGNMENT);
        String id = onlyId();
        put(KEY, CONTENT);
        assertThat(store.restore(id)).isEqualTo(Restored.NAME_TAKEN);
        assertThat(store.path(KEY)).hasBinaryContent(CONTENT);
        assertThat(Files.getPosixFilePermissions(data(id))).isEmpty();
        store.discard(KEY, ASSIGNMENT);
        Files.delete(store.path(KEY).getParent());
        assertThat(store.restore(id)).isEqualTo(Restored.RESTORED);
        assertThat(store.path(KEY)).hasBinaryContent(OTHER);
        assertThat(store.restore("../../" + KEY.relativePath())).isEqualTo(Restored.MISSING);
    }

    /** A user, another assignment or another program created the file. */
    @Test
    void onlyTheFileOfTheAssignmentIsDiscarded() throws Exception {
        put(KEY, CONTENT);
        assertThat(store.discard(KEY, OTHER_ASSIGNMENT)).isEqualTo(Discarded.NOT_OURS);
        Files.createDirectories(store.path(V2).getParent());
        Files.write(store.path(V2), OTHER);
        assertThat(store.discard(V2, ASSIGNMENT)).isEqualTo(Discarded.NOT_OURS);
        assertThat(store.path(KEY)).exists();
        assertThat(store.path(V2)).exists();
        assertThat(ids()).isEmpty();
    }

    @Test
    void anyFileCanBeMovedAside() throws Exception {
        assertThat(store.moveAside(KEY, QuarantineReason.DISCARDED, QuarantineEvidence.NONE))
                .isEmpty();
        put(KEY, CONTENT);
        Optional<String> id = store.moveAside(KEY, QuarantineReason.DISCARDED, QuarantineEvidence.NONE);
        assertThat(id).contains(onlyId());
        Files.createDirectories(store.path(V2));
        assertThatThrownBy(() -> store.moveAside(V2, QuarantineReason.DISCARDED, QuarantineEvidence.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is a directory where an object belongs");
        assertThat(ids()).hasSize(1);
    }

    /** A backup may have linked the file; it must stay readable there. */
    @Test
    void aFileWithAnotherNameKeepsItsMode(@TempDir Path backup) throws Exception {
        put(KEY, CONTENT);
        Files.createLink(backup.resolve("linked"), store.path(KEY));
        Set<PosixFilePermission> before = Files.getPosixFilePermissions(store.path(KEY));
        store.discard(KEY, ASSIGNMENT);
        assertThat(Files.getPosixFilePermissions(backup.resolve("linked"))).isEqualTo(before);
    }

    @Test
    void theOldestFilesBeyondTheSizeAreRemoved() throws Exception {
        reopen(new QuarantineBounds(Duration.ofDays(1), 2L * OTHER.length));
        for (int i = 0; i < 5; i++) {
            put(KEY, OTHER);
            store.discard(KEY, ASSIGNMENT);
        }
        assertThat(ids()).hasSize(2);
        assertThat(store.quarantinedBytes()).isEqualTo(2L * OTHER.length);
        put(KEY, CONTENT);
        store.discard(KEY, ASSIGNMENT);
        assertThat(data(onlyId()))
                .as("the newest file stays, even if it is larger than the bound")
                .hasBinaryContent(CONTENT);
        reopen(new QuarantineBounds(Duration.ofDays(1), 0));
        assertThat(data(onlyId())).hasBinaryContent(CONTENT);
    }

    @Test
    void oldFilesAreRemovedAtTheStart() throws Exception {
        put(KEY, OTHER);
        store.discard(KEY, ASSIGNMENT);
        put(KEY, CONTENT);
        store.discard(KEY, ASSIGNMENT);
        String old = ids().get(0);
        String text = Files.readString(quarantine().resolve(old + ".properties"));
        Instant twoDaysAgo = Instant.now().minus(Duration.ofDays(2));
        Files.writeString(
                quarantine().resolve(old + ".properties"), text.replaceFirst("time=[^\n]+", "time=" + twoDaysAgo));
        reopen(new QuarantineBounds(Duration.ofDays(3), Long.MAX_VALUE));
        assertThat(ids()).hasSize(2);
        reopen(new QuarantineBounds(Duration.ofDays(1), Long.MAX_VALUE));
        assertThat(ids()).hasSize(1).doesNotContain(old);
    }

    /** The files of earlier builds, and files whose sidecar is damaged: nothing leads back to their object. */
    @Test
    void filesWithoutASidecarAreKeptUntilTheyAreOld() throws Exception {
        put(KEY, CONTENT);
        store.discard(KEY, ASSIGNMENT);
        String id = onlyId();
        Files.writeString(quarantine().resolve(id + ".properties"), "version=1\npath=nonsense\n");
        String former = KEY.relativePath().replace('/', '.') + "." + UUID.randomUUID();
        Files.write(quarantine().resolve(former), OTHER);
        Files.writeString(quarantine().resolve(UUID.randomUUID() + ".properties"), "left without its file");
        Files.writeString(quarantine().resolve(UUID.randomUUID() + ".properties.part"), "incomplete");
        reopen(new QuarantineBounds(Duration.ofDays(1), 0));
        assertThat(store.quarantinedFiles()).isEqualTo(2);
        assertThat(store.quarantinedBytes()).isEqualTo(CONTENT.length + OTHER.length);
        assertThat(quarantine().resolve(former)).hasBinaryContent(OTHER);
        assertThat(data(id)).exists();
        try (Stream<Path> files = Files.list(quarantine())) {
            assertThat(files).as("two files and a damaged sidecar").hasSize(3);
        }
        assertThat(store.restore(former)).isEqualTo(Restored.MISSING);
        assertThat(store.restore(id)).isEqualTo(Restored.MISSING);
        reopen(new QuarantineBounds(Duration.ofNanos(1), 0));
        assertThat(quarantine()).isEmptyDirectory();
    }

    /** The text is stored, so its form must not change. */
    @Test
    void theTextOfASidecarIsStable() {
        String text = """
                version=1
                state=kept
                reason=discarded
                path=00000000-0000-0001-0000-000000000001/00000000-0000-0002-0000-000000000001
                time=2026-11-26T12:00:00Z
                size=123
                mode=rw-r--r--
                note=1 assignment=00000000-0000-0005-0000-000000000005
                found-md5=%1$s
                expected-md5=%1$s
                """.formatted(ContentVerifier.md5(OTHER).base64());
        QuarantineItem item = new QuarantineItem(
                "id",
                KEY,
                QuarantineReason.DISCARDED,
                QuarantineItem.State.KEPT,
                Instant.parse("2026-11-26T12:00:00Z"),
                123,
                mode("rw-r--r--"),
                Optional.of(FileNote.ofAssignment(ASSIGNMENT)),
                new QuarantineEvidence(
                        Optional.of(ContentVerifier.md5(OTHER)), Optional.of(ContentVerifier.md5(OTHER))));
        assertThat(item.text()).isEqualTo(text);
        assertThat(QuarantineItem.parse("id", text)).contains(item);
        assertThat(QuarantineItem.parse("id", text.replace("version=1", "version=2")))
                .isEmpty();
        assertThat(QuarantineItem.parse("id", text.replace("discarded", "eaten")))
                .isEmpty();
        assertThat(QuarantineItem.parse("id", text.replace("size=123", "size=")))
                .isEmpty();
        assertThat(QuarantineItem.parse("id", text.substring(0, text.indexOf("time"))))
                .isEmpty();
    }

    /** A record may name the file for the assignment that found it, so its creator can't remove it any more. */
    @Test
    void aFileThatAnotherAssignmentFoundStays() throws Exception {
        ObjectKey key = StoreUntilKilled.key(7);
        put(key, CONTENT);
        UUID finder = OTHER_ASSIGNMENT;
        Optional<ObjectStore.ExistingObject> found =
                store.findFor(finder, key, CONTENT.length, StoreUntilKilled.md5(CONTENT));
        assertThat(found.orElseThrow().createdFor()).contains(ASSIGNMENT);
        assertThat(store.discard(key, ASSIGNMENT)).isEqualTo(Discarded.NOT_OURS);
        assertThat(store.discard(key, finder)).isEqualTo(Discarded.NOT_OURS);
        assertThat(store.path(key)).hasBinaryContent(CONTENT);
    }

    @Test
    void theCreatorFindsItsFileAndCanStillRemoveIt() throws Exception {
        ObjectKey key = StoreUntilKilled.key(7);
        put(key, CONTENT);
        assertThat(store.findFor(ASSIGNMENT, key, CONTENT.length, StoreUntilKilled.md5(CONTENT)))
                .isPresent();
        assertThat(store.discard(key, ASSIGNMENT)).isEqualTo(Discarded.DISCARDED);
    }

    /** Another copy got the name while this one was written. */
    @Test
    void aCopyThatComesSecondKeepsTheFileOfTheFirst() throws Exception {
        ObjectKey key = StoreUntilKilled.key(7);
        UUID second = OTHER_ASSIGNMENT;
        try (IncomingObject late = store.begin(key, CONTENT.length, StoreUntilKilled.md5(CONTENT))) {
            put(key, CONTENT);
            late.write(ByteBuffer.wrap(CONTENT));
            late.verify(second, 1);
            store.publish(late);
            assertThat(late.isCreated()).isFalse();
        }
        assertThat(store.discard(key, ASSIGNMENT)).isEqualTo(Discarded.NOT_OURS);
        assertThat(store.path(key)).hasBinaryContent(CONTENT);
    }
}
