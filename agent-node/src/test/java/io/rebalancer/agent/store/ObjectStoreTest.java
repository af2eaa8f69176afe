package io.rebalancer.agent.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rebalancer.core.object.ContentMd5;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectStoreTest {
    private static final UUID ASSIGNMENT = new UUID(5, 5);
    private static final ObjectKey KEY = new ObjectKey(new UUID(1, 2), new UUID(3, 4));
    private static final byte[] CONTENT = "a whole object".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path root;

    private ObjectStore store;

    @BeforeEach
    void open() throws IOException {
        store = ObjectStore.open(root);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    @Test
    void aVerifiedObjectGetsItsFinalName() throws Exception {
        put(CONTENT, CONTENT.length, md5(CONTENT));
        assertThat(root.resolve(KEY.owner().toString()).resolve(KEY.objectId().toString()))
                .hasBinaryContent(CONTENT);
        assertThat(holds(KEY, CONTENT.length, md5(CONTENT))).isTrue();
        assertThat(incoming()).isEmpty();
    }

    @Test
    void aWrongDigestLeavesNothing() throws IOException {
        assertThatThrownBy(() -> put(CONTENT, CONTENT.length, md5(new byte[] {1})))
                .isInstanceOfSatisfying(
                        ObjectRejected.class,
                        e -> assertThat(e.rejection()).isEqualTo(ObjectRejected.Cause.WRONG_DIGEST));
        assertNothingIsStored();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 5, 13, 15, 1 << 20})
    void aWrongLengthLeavesNothing(long declared) throws IOException {
        assertThatThrownBy(() -> put(CONTENT, declared, md5(CONTENT)))
                .isInstanceOfSatisfying(
                        ObjectRejected.class,
                        e -> assertThat(e.rejection()).isEqualTo(ObjectRejected.Cause.WRONG_LENGTH));
        assertNothingIsStored();
    }

    @Test
    void anObjectThatIsNotVerifiedLeavesNothing() throws Exception {
        try (IncomingObject object = store.begin(KEY, CONTENT.length, md5(CONTENT))) {
            object.write(ByteBuffer.wrap(CONTENT));
            assertThat(incoming()).hasSize(1);
        }
        assertNothingIsStored();
    }

    @Test
    void otherContentUnderTheNameIsQuarantined() throws Exception {
        byte[] other = "something else".getBytes(StandardCharsets.UTF_8);
        put(other, other.length, md5(other));
        assertThat(holds(KEY, CONTENT.length, md5(CONTENT))).isFalse();
        put(CONTENT, CONTENT.length, md5(CONTENT));
        assertThat(store.path(KEY)).hasBinaryContent(CONTENT);
        assertThat(data()).singleElement().satisfies(file -> assertThat(file).hasBinaryContent(other));
    }

    @Test
    void anInterruptedCopyIsRemovedAtTheNextStart() throws IOException {
        Files.writeString(root.resolve(".rebalancer/incoming/7/left.part"), "half");
        Files.writeString(root.resolve(".rebalancer/incoming/left-by-an-earlier-version.part"), "half");
        store.close();
        store = ObjectStore.open(root);
        assertThat(store.removedPartFiles()).isEqualTo(2);
        assertThat(incoming()).isEmpty();
    }

    /** A directory with many entries in flight is a queue: the kernel changes one entry at a time. */
    @Test
    void partsAreSpreadOverDirectories() throws Exception {
        List<IncomingObject> objects = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            objects.add(store.begin(new ObjectKey(new UUID(1, 2), new UUID(3, i)), 0, md5(new byte[0])));
        }
        assertThat(incoming().stream().map(Path::getParent).distinct()).hasSize(16);
        for (IncomingObject object : objects) {
            object.verify(ASSIGNMENT, 0);
        }
        assertThat(store.publish(objects)).isEmpty();
        assertThat(incoming()).isEmpty();
        for (IncomingObject object : objects) {
            object.close();
        }
    }

    @Test
    void aRootThatIsNoDirectoryIsNamedInTheError() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "x");
        assertThatThrownBy(() -> ObjectStore.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void aSecondAgentOnTheSameRootIsRejected() {
        assertThatThrownBy(() -> ObjectStore.open(root))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(root.toString())
                .hasMessageContaining("another agent");
    }

    @Test
    void theSameContentAgainIsNotQuarantined() throws Exception {
        put(CONTENT, CONTENT.length, md5(CONTENT));
        put(CONTENT, CONTENT.length, md5(CONTENT));
        assertThat(store.path(KEY)).hasBinaryContent(CONTENT);
        assertThat(list(root.resolve(".rebalancer/quarantine"))).isEmpty();
        assertThat(incoming()).isEmpty();
    }

    /** The file that has the name may belong to another assignment, or to a user. */
    @Test
    void anObjectIsCreatedOnlyIfItsFileGotTheName() throws Exception {
        try (IncomingObject first = store.begin(KEY, CONTENT.length, md5(CONTENT));
                IncomingObject second = store.begin(KEY, CONTENT.length, md5(CONTENT))) {
            for (IncomingObject object : List.of(first, second)) {
                object.write(ByteBuffer.wrap(CONTENT));
                object.verify(ASSIGNMENT, 0);
                assertThat(object.isCreated()).isFalse();
            }
            store.publish(first);
            store.publish(second);
            assertThat(first.isCreated()).isTrue();
            assertThat(second.isCreated()).isFalse();
        }
        assertThat(store.path(KEY)).hasBinaryContent(CONTENT);
        assertThat(incoming()).isEmpty();
    }

    @Test
    void theNameIsNeverMissingWhileContentIsReplaced() throws Exception {
        byte[] other = "something else".getBytes(StandardCharsets.UTF_8);
        put(other, other.length, md5(other));
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Boolean> alwaysThere = CompletableFuture.supplyAsync(() -> {
            boolean there = true;
            while (!stop.get()) {
                there &= Files.exists(store.path(KEY));
            }
            return there;
        });
        for (int i = 0; i < 50; i++) {
            byte[] next = ("content number " + i).getBytes(StandardCharsets.UTF_8);
            put(next, next.length, md5(next));
        }
        stop.set(true);
        assertThat(alwaysThere.get()).isTrue();
        assertThat(data()).hasSize(50);
    }

    @Test
    void aDiscardedObjectIsRemoved() throws Exception {
        put(CONTENT, CONTENT.length, md5(CONTENT));
        assertThat(store.discard(KEY, ASSIGNMENT)).isEqualTo(Discarded.DISCARDED);
        assertThat(store.path(KEY)).doesNotExist();
        assertThat(store.discard(KEY, ASSIGNMENT)).isEqualTo(Discarded.MISSING);
    }

    @Test
    void anOwnerDirectoryThatIsALinkIsNotFollowed(@TempDir Path elsewhere) throws IOException {
        Files.createSymbolicLink(root.resolve(KEY.owner().toString()), elsewhere);
        assertThatThrownBy(() -> put(CONTENT, CONTENT.length, md5(CONTENT)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("symbolic link");
        assertThatThrownBy(() -> store.discard(KEY, ASSIGNMENT)).isInstanceOf(IOException.class);
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void aLinkUnderAnObjectsNameIsReplacedAndNotFollowed(@TempDir Path elsewhere) throws Exception {
        Path target = Files.writeString(elsewhere.resolve("target"), "not ours");
        Files.createDirectories(store.path(KEY).getParent());
        Files.createSymbolicLink(store.path(KEY), target);
        assertThat(holds(KEY, 8, md5("not ours".getBytes(StandardCharsets.UTF_8))))
                .isFalse();
        put(CONTENT, CONTENT.length, md5(CONTENT));
        assertThat(target).hasContent("not ours");
        assertThat(Files.isSymbolicLink(store.path(KEY))).isFalse();
        assertThat(store.path(KEY)).hasBinaryContent(CONTENT);
    }

    @Test
    void anEmptyObjectIsAnObject() throws Exception {
        byte[] nothing = new byte[0];
        try (IncomingObject object = store.begin(KEY, 0, md5(nothing))) {
            object.verify(ASSIGNMENT, 0);
            store.publish(object);
        }
        assertThat(store.path(KEY)).isEmptyFile();
        assertThat(holds(KEY, 0, md5(nothing))).isTrue();
    }

    @Test
    void aFullDiskIsDistinguishedFromOtherFaults() {
        assertThat(OutOfSpace.translate(new IOException("No space left on device")))
                .isInstanceOf(OutOfSpace.class);
        assertThat(OutOfSpace.translate(new IOException("Disk quota exceeded"))).isInstanceOf(OutOfSpace.class);
        IOException other = new IOException("Input/output error");
        assertThat(OutOfSpace.translate(other)).isSameAs(other);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../..",
                "/",
                "/etc/passwd",
                "..\\..",
                "%2e%2e",
                "..%2f..",
                "a/b",
                "1-1-1-1-1",
                "00000000-0000-0003-0000-000000000004/",
                "/00000000-0000-0003-0000-000000000004",
                "00000000-0000-0003-0000-000000000004\u0000",
                "00000000-0000-0003-0000-00000000000A",
                "00000000000000030000000000000004",
                "{00000000-0000-0003-0000-000000000004}",
                "urn:uuid:00000000-0000-0003-0000-000000000004",
                " 00000000-0000-0003-0000-000000000004",
                "00000000-0000-0003-0000-000000000004\n",
                "0-0-3-0-4",
                "00000000-0000-0003-0000-0000000000\u0664"
            })
    void onlyACanonicalUuidIsAnId(String text) {
        String good = KEY.objectId().toString();
        assertThat(ObjectKey.parse(good, good).objectId()).isEqualTo(KEY.objectId());
        assertThatThrownBy(() -> ObjectKey.parse(text, good))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("owner");
        assertThatThrownBy(() -> ObjectKey.parse(good, text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("object id");
    }

    private boolean holds(ObjectKey key, long size, ContentMd5 md5) throws IOException {
        return store.find(key, size, md5).isPresent();
    }

    private void put(byte[] bytes, long declared, ContentMd5 md5) throws IOException, ObjectRejected {
        try (IncomingObject object = store.begin(KEY, declared, md5)) {
            object.write(ByteBuffer.wrap(bytes, 0, 5));
            object.write(ByteBuffer.wrap(bytes, 5, bytes.length - 5));
            object.verify(ASSIGNMENT, 0);
            store.publish(object);
        }
    }

    private void assertNothingIsStored() throws IOException {
        assertThat(store.path(KEY)).doesNotExist();
        assertThat(incoming()).isEmpty();
    }

    private List<Path> incoming() {
        return TemporaryFiles.of(root);
    }

    private List<Path> data() throws IOException {
        return list(root.resolve(".rebalancer/quarantine")).stream()
                .filter(file -> file.toString().endsWith(".data"))
                .toList();
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static ContentMd5 md5(byte[] bytes) {
        return new ContentMd5(
                Base64.getEncoder().encodeToString(ContentVerifier.newDigest().digest(bytes)));
    }
}
