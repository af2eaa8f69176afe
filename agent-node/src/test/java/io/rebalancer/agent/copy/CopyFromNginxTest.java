package io.rebalancer.agent.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.agent.store.DiskOperations;
import io.rebalancer.agent.store.Durability;
import io.rebalancer.agent.store.ObjectKey;
import io.rebalancer.agent.store.ObjectStore;
import io.rebalancer.agent.store.SpaceGuard;
import io.rebalancer.agent.store.TemporaryFiles;
import io.rebalancer.cluster.settings.AgentSettings;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.testsupport.Nginx;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Copies from a real nginx. */
@Tag("external")
class CopyFromNginxTest {
    private static final StorageNodeId GOOD = new StorageNodeId("good.stor");
    private static final StorageNodeId REDIRECTING = new StorageNodeId("redirecting.stor");
    private static final StorageNodeId BROKEN = new StorageNodeId("broken.stor");
    private static final StorageNodeId DEAD = new StorageNodeId("dead.stor");
    private static final StorageNodeId CUT = new StorageNodeId("cut.stor");
    private static final UUID OWNER = new UUID(7, 7);

    @TempDir
    private static Path served;

    @TempDir
    private static Path work;

    @TempDir
    private Path root;

    private static Nginx nginx;
    private static ServerSocket cutting;

    private ObjectStore store;
    private int taskIndex;
    private TestEngine engine;

    @BeforeAll
    static void start() throws IOException {
        nginx = Nginx.serve(served, work);
        cutting = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread server = new Thread(CopyFromNginxTest::cutAnswers, "cutting-server");
        server.setDaemon(true);
        server.start();
    }

    /** Declares 1000 bytes, sends ten, and closes the connection. */
    private static void cutAnswers() {
        while (!cutting.isClosed()) {
            try (Socket socket = cutting.accept();
                    OutputStream out = socket.getOutputStream()) {
                socket.getInputStream().read(new byte[1024]);
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789"
                        .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // The test has ended, or the client has closed the connection.
                continue;
            }
        }
    }

    @AfterAll
    static void stop() throws IOException {
        cutting.close();
        nginx.close();
    }

    @BeforeEach
    void open() throws IOException {
        store = ObjectStore.open(root);
        engine = TestEngine.start(settings(), store);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
        store.close();
    }

    private AgentSettings settings() {
        return TestEngine.settings(
                root,
                Duration.ofSeconds(5),
                Map.of(
                        GOOD, URI.create(nginx.url()),
                        REDIRECTING, URI.create(nginx.url() + "/redirect"),
                        BROKEN, URI.create(nginx.url() + "/broken"),
                        DEAD, URI.create("http://127.0.0.1:1"),
                        CUT, URI.create("http://127.0.0.1:" + cutting.getLocalPort())));
    }

    private static byte[] content(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] serve(UUID objectId, int size) throws IOException {
        byte[] bytes = content(objectId.hashCode(), size);
        Path file = served.resolve(OWNER.toString()).resolve(objectId.toString());
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        return bytes;
    }

    private static CopyTask task(UUID objectId, byte[] bytes, StorageNodeId... sources) throws Exception {
        return new CopyTask(
                new RecordRef(1, "/o/stor/x"), objectId, OWNER, bytes.length, TestEngine.md5(bytes), List.of(sources));
    }

    private TaskResult copy(CopyTask task) throws Exception {
        return copy(1, task);
    }

    private TaskResult copy(long assignment, CopyTask task) throws Exception {
        return engine.copy(order(new UUID(0, assignment), task)).result();
    }

    /** Each order is another task of its assignment. */
    private CopyOrder order(UUID assignmentId, CopyTask task) {
        return CopyOrder.of(assignmentId, 1, taskIndex++, task);
    }

    private Path file(UUID objectId) {
        return store.path(new ObjectKey(OWNER, objectId));
    }

    private void assertNothingLeft(UUID objectId) throws IOException {
        assertThat(file(objectId)).doesNotExist();
        await().untilAsserted(() -> assertThat(TemporaryFiles.of(root)).isEmpty());
    }

    @Test
    void anObjectArrivesByteForByte() throws Exception {
        UUID id = UUID.randomUUID();
        byte[] bytes = serve(id, 3_000_000);
        TaskResult result = copy(task(id, bytes, GOOD));
        assertThat(result.failure()).isEmpty();
        assertThat(result.created()).isTrue();
        assertThat(result.bytes()).isEqualTo(3_000_000);
        assertThat(file(id)).hasBinaryContent(bytes);
    }

    @Test
    void anExistingObjectIsNotFetched() throws Exception {
        UUID id = UUID.randomUUID();
        byte[] bytes = serve(id, 1000);
        copy(task(id, bytes, GOOD));
        TaskResult same = copy(task(id, bytes, GOOD));
        assertThat(same.failure()).isEmpty();
        assertThat(same.created())
                .as("created by the same assignment, perhaps before a crash")
                .isTrue();
        TaskResult another = copy(2, task(id, bytes, GOOD));
        assertThat(another.failure()).isEmpty();
        assertThat(another.created()).isFalse();
        assertThat(nginx.fetches("/" + OWNER + "/" + id)).isEqualTo(1);
    }

    @Test
    void wrongContentIsReplacedAndQuarantined() throws Exception {
        UUID id = UUID.randomUUID();
        byte[] bytes = serve(id, 1000);
        Files.createDirectories(file(id).getParent());
        Files.writeString(file(id), "something else");
        assertThat(copy(task(id, bytes, GOOD)).failure()).isEmpty();
        assertThat(file(id)).hasBinaryContent(bytes);
        try (var quarantined = Files.list(root.resolve(".rebalancer/quarantine"))) {
            assertThat(quarantined.filter(path -> path.toString().endsWith(".data")))
                    .singleElement()
                    .satisfies(path -> assertThat(path).hasContent("something else"));
        }
    }

    @Test
    void anotherSourceIsTriedWhenOneFails() throws Exception {
        UUID id = UUID.randomUUID();
        byte[] bytes = serve(id, 1000);
        assertThat(copy(task(id, bytes, DEAD, BROKEN, CUT, GOOD)).failure()).isEmpty();
        assertThat(file(id)).hasBinaryContent(bytes);
    }

    @Test
    void aMissingObjectHasItsReason() throws Exception {
        UUID id = UUID.randomUUID();
        TaskResult result = copy(task(id, content(1, 1000), GOOD));
        assertThat(result.failure()).contains(Reason.UNRECOVERABLE);
        assertThat(result.detail()).contains(nginx.url()).contains("404");
        assertNothingLeft(id);
    }

    @Test
    void anotherStatusHasItsReason() throws Exception {
        assertThat(copy(task(UUID.randomUUID(), content(1, 10), BROKEN)).failure())
                .contains(Reason.HTTP_STATUS_CODE);
    }

    @Test
    void aRedirectIsNotFollowed() throws Exception {
        UUID id = UUID.randomUUID();
        byte[] bytes = serve(id, 1000);
        assertThat(copy(task(id, bytes, REDIRECTING)).failure()).contains(Reason.HTTP_STATUS_CODE);
        assertThat(nginx.fetches("/" + OWNER + "/" + id)).isZero();
    }

    @Test
    void wrongBytesAreRejectedAndNothingIsLeft() throws Exception {
        UUID id = UUID.randomUUID();
        serve(id, 1000);
        TaskResult result = copy(task(id, content(99, 1000), GOOD));
        assertThat(result.failure()).contains(Reason.UNRECOVERABLE);
        assertNothingLeft(id);
    }

    @Test
    void anObjectLongerOrShorterThanDeclaredIsRejected() throws Exception {
        UUID id = UUID.randomUUID();
        byte[] bytes = serve(id, 100_000);
        assertThat(copy(task(id, content(1, 500), GOOD)).failure()).contains(Reason.UNRECOVERABLE);
        assertNothingLeft(id);
        byte[] longer = new byte[bytes.length + 1];
        assertThat(copy(task(id, longer, GOOD)).failure()).contains(Reason.UNRECOVERABLE);
        assertNothingLeft(id);
    }

    @Test
    void aTruncatedResponseFails() throws Exception {
        UUID id = UUID.randomUUID();
        TaskResult result = copy(task(id, content(1, 1000), CUT));
        assertThat(result.failure()).contains(Reason.SOURCE_OTHER_ERROR);
        assertNothingLeft(id);
    }

    @Test
    void aDiskFaultIsNotBlamedOnTheSource() throws Exception {
        UUID id = UUID.randomUUID();
        byte[] bytes = serve(id, 1000);
        Files.writeString(root.resolve(OWNER.toString()), "a file where the owner's directory should be");
        TaskResult result = copy(task(id, bytes, GOOD, DEAD));
        assertThat(result.failure()).contains(Reason.AGENT_FS_ERROR);
        assertThat(result.detail()).contains(OWNER.toString());
    }

    @Test
    void ordersRunInParallelAndEachHasAnOutcome() throws Exception {
        List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            UUID id = UUID.randomUUID();
            ids.add(id);
            engine.submit(order(new UUID(0, 1), task(id, serve(id, 20_000), GOOD)));
        }
        await().untilAsserted(() -> assertThat(engine.outcomes()).hasSize(150));
        assertThat(engine.outcomes())
                .allSatisfy(each -> assertThat(each.result().failure()).isEmpty());
        assertThat(ids).allSatisfy(id -> assertThat(file(id)).hasSize(20_000));
    }

    /**
     * The job depends on the reason: it chooses another node if space is short, and retries later if the disk is
     * faulty.
     */
    @ParameterizedTest
    @CsvSource({
        "No space left on device, DESTINATION_INSUFFICIENT_SPACE",
        "Disk quota exceeded, DESTINATION_INSUFFICIENT_SPACE",
        "Input/output error, AGENT_FS_ERROR",
        "Read-only file system, AGENT_FS_ERROR"
    })
    void aDiskFaultHasItsReason(String message, Reason reason, @TempDir Path other) throws Exception {
        DiskOperations failing = new DiskOperations() {
            @Override
            protected void force(FileChannel file) throws IOException {
                throw new IOException(message);
            }
        };
        UUID id = UUID.randomUUID();
        byte[] bytes = serve(id, 1000);
        try (ObjectStore faulty = ObjectStore.open(other, Durability.FLUSHED, SpaceGuard.Bounds.NONE, failing);
                TestEngine onFaultyDisk = TestEngine.start(settings(), faulty)) {
            TaskResult result = onFaultyDisk
                    .copy(order(new UUID(0, 1), task(id, bytes, GOOD)))
                    .result();
            assertThat(result.failure()).contains(reason);
            assertThat(result.detail()).contains(message);
            assertThat(TemporaryFiles.of(other)).isEmpty();
        }
    }
}
