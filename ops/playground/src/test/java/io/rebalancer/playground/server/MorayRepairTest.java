package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.async.Failures;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.metadata.MorayMetadataTier;
import io.rebalancer.manager.metadata.MorayShards;
import io.rebalancer.playground.moray.Bucket;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What repairs write to a Moray shard over a real socket: the proof that it stores writes, and added copies. */
@Tag("slow")
class MorayRepairTest {
    private static final ActorTestKit KIT = MorayShard.kit("repair");
    private static final String HEARTBEATS = "rebalancer_reconciliation";
    private static final String KEY = MorayShard.KEY;
    private static final String LINK = "/o/stor/link";
    private static final UUID OBJECT = MorayShard.OBJECT;
    private static final CopyLocation ONE = new CopyLocation("dc1", MorayShard.FIRST);
    private static final CopyLocation TWO = new CopyLocation("dc2", new StorageNodeId("2.stor.d"));
    private static final CopyLocation THREE = new CopyLocation("dc3", new StorageNodeId("3.stor.d"));

    private MorayTable table;
    private MorayServer server;
    private FastClient client;
    private MorayMetadataTier tier;

    /** Runs after each write is carried out, and before its reply is sent. */
    private volatile Runnable onWrite = () -> {};

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void start() throws Exception {
        table = MorayTable.inMemory(UUID.randomUUID().toString());
        server = server(0);
        client = MorayShard.client(KIT.system(), server.port());
        tier = new MorayMetadataTier(new MorayShards(Map.of(1, client)), "d");
    }

    @AfterEach
    void end() throws Exception {
        client.close();
        MorayShard.get(server.shutDown());
        table.close();
    }

    private MorayServer server(int port) throws Exception {
        return MorayShard.get(MorayServer.start(KIT.system(), table, "127.0.0.1", port, from -> onWrite.run()));
    }

    /** The next write is carried out, and its connection ends before the reply. */
    private void loseNextReply() {
        MorayServer now = server;
        onWrite = () -> {
            onWrite = () -> {};
            var unused = now.shutDown();
        };
    }

    private void restart() throws Exception {
        int port = server.port();
        MorayShard.get(server.shutDown());
        server = server(port);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return MorayShard.get(stage);
    }

    private static TierUnavailable unavailable(CompletionStage<?> stage) {
        return stage.handle((done, failure) -> (TierUnavailable) Failures.rootCause(failure))
                .toCompletableFuture()
                .join();
    }

    private boolean isProved() throws InterruptedException {
        try {
            tier.proveWritable(1).toCompletableFuture().get();
            return true;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(TierUnavailable.class);
            return false;
        }
    }

    private String heartbeat() throws Exception {
        return table.get(HEARTBEATS, "heartbeat").orElseThrow().value().toString();
    }

    @Test
    void theFirstProofCreatesItsBucketAndEachWritesAnotherValue() throws Exception {
        assertThat(table.buckets()).extracting(Bucket::name).doesNotContain(HEARTBEATS);
        get(tier.proveWritable(1));
        assertThat(table.buckets()).extracting(Bucket::name).contains(HEARTBEATS);
        String first = heartbeat();
        get(tier.proveWritable(1));
        assertThat(heartbeat()).isNotEqualTo(first);
    }

    @Test
    void managersThatCreateTheBucketAtTheSameTimeDoNotDisturbEachOther() throws Exception {
        List<FastClient> clients = new ArrayList<>();
        List<CompletionStage<Void>> proofs = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            FastClient other = MorayShard.client(KIT.system(), server.port());
            clients.add(other);
            proofs.add(new MorayMetadataTier(new MorayShards(Map.of(1, other)), "d").proveWritable(1));
        }
        for (CompletionStage<Void> proof : proofs) {
            get(proof);
        }
        clients.forEach(FastClient::close);
    }

    @Test
    void proofsOfAManagerDoNotDisturbEachOther() throws Exception {
        List<CompletionStage<Void>> proofs = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            proofs.add(tier.proveWritable(1));
        }
        for (CompletionStage<Void> proof : proofs) {
            get(proof);
        }
        get(tier.proveWritable(1));
    }

    @Test
    void aShardThatRefusesWritesIsNotProved() throws Exception {
        table.refuseWrites(true);
        assertThat(unavailable(tier.proveWritable(1)))
                .as("without the bucket")
                .hasMessageContaining("metadata shard 1 is not proved to be writable")
                .hasMessageContaining("read-only");
        table.refuseWrites(false);
        get(tier.proveWritable(1));
        String last = heartbeat();
        table.refuseWrites(true);
        assertThat(unavailable(tier.proveWritable(1))).hasMessageContaining("read-only");
        assertThat(heartbeat()).isEqualTo(last);
        table.refuseWrites(false);
        get(tier.proveWritable(1));
    }

    @Test
    void aLostReplyProvesNothing() throws Exception {
        get(tier.proveWritable(1));
        String before = heartbeat();
        loseNextReply();
        assertThat(unavailable(tier.proveWritable(1))).hasMessageContaining("not proved to be writable");
        assertThat(heartbeat()).as("the write was carried out").isNotEqualTo(before);
        restart();
        await().atMost(Duration.ofSeconds(20)).until(this::isProved);
    }

    @Test
    void aValueThatDoesNotComeBackProvesNothing() throws Exception {
        get(tier.proveWritable(1));
        int[] writes = {0};
        onWrite = () -> {
            if (++writes[0] == 1) {
                overwrite();
            }
        };
        get(tier.proveWritable(1));
        assertThat(writes[0]).as("written again").isEqualTo(2);

        onWrite = this::overwrite;
        assertThat(unavailable(tier.proveWritable(1)))
                .hasMessageContaining("it did not return the value that was written right before, 3 times");
        onWrite = () -> {};
        get(tier.proveWritable(1));
    }

    private void overwrite() {
        try {
            table.put(
                    HEARTBEATS,
                    "heartbeat",
                    ExactJson.MAPPER.createObjectNode().put("value", "another"),
                    EtagCondition.any());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aStoppedShardIsNotProved() throws Exception {
        MorayShard.get(server.shutDown());
        assertThat(unavailable(tier.proveWritable(1))).hasMessageContaining("metadata shard 1");
        assertThatThrownBy(() -> get(tier.proveWritable(7))).hasMessageContaining("no metadata shard 7");
    }

    private void put(String key) throws Exception {
        table.putAll(List.of(new MorayPut(
                "manta", key, MorayShard.value(key, OBJECT), EtagCondition.any(), MorayPut.RowId.CLASSIC)));
    }

    private MetadataRecord read(String key) throws Exception {
        return get(tier.read(new RecordRef(1, key))).orElseThrow();
    }

    private String document(String key) throws Exception {
        return table.get("manta", key).orElseThrow().value().toString();
    }

    @Test
    void aCopyIsAddedAndNothingElseChanges() throws Exception {
        put(KEY);
        String before = document(KEY);
        assertThat(get(tier.addCopy(List.of(read(KEY)), THREE, () -> true))).isTrue();
        MetadataRecord after = read(KEY);
        assertThat(after.copies()).containsExactly(ONE, TWO, THREE);
        String last = "\"manta_storage_id\":\"2.stor.d\"}";
        assertThat(before)
                .contains("\"weight\":1.50")
                .contains("\"extra\":true")
                .contains(last);
        assertThat(document(KEY))
                .isEqualTo(before.replace(last, last + ",{\"datacenter\":\"dc3\",\"manta_storage_id\":\"3.stor.d\"}"));
    }

    @Test
    void aRecordThatChangedOrIsGoneKeepsItsCopies() throws Exception {
        put(KEY);
        MetadataRecord stale = read(KEY);
        table.put("manta", KEY, MorayShard.value(KEY, new UUID(0, 6)), EtagCondition.any());
        assertThat(get(tier.addCopy(List.of(stale), THREE, () -> true))).isFalse();
        assertThat(read(KEY).copies()).containsExactly(ONE, TWO);
        table.delete("manta", KEY, EtagCondition.any());
        assertThat(get(tier.addCopy(List.of(stale), THREE, () -> true))).isFalse();
        assertThat(table.get("manta", KEY)).isEmpty();
    }

    @Test
    void allRecordsOfAnObjectGainTheCopyOrNone() throws Exception {
        put(KEY);
        put(LINK);
        List<MetadataRecord> stale = List.of(read(KEY), read(LINK));
        table.put("manta", LINK, MorayShard.value(LINK, new UUID(0, 6)), EtagCondition.any());
        assertThat(get(tier.addCopy(stale, THREE, () -> true))).isFalse();
        assertThat(read(KEY).copies()).containsExactly(ONE, TWO);

        put(LINK);
        List<MetadataRecord> both = List.of(read(KEY), read(LINK));
        assertThat(get(tier.addCopy(both, THREE, () -> true))).isTrue();
        assertThat(read(KEY).copies()).containsExactly(ONE, TWO, THREE);
        assertThat(read(LINK).copies()).containsExactly(ONE, TWO, THREE);
    }

    @Test
    void aRecordThatNamesTheNodeIsNotWritten() throws Exception {
        put(KEY);
        get(tier.addCopy(List.of(read(KEY)), THREE, () -> true));
        put(LINK);
        String etag = read(KEY).etag();
        assertThat(get(tier.addCopy(List.of(read(KEY), read(LINK)), THREE, () -> true)))
                .isTrue();
        assertThat(read(KEY).etag()).isEqualTo(etag);
        assertThat(read(KEY).copies()).containsExactly(ONE, TWO, THREE);
        assertThat(read(LINK).copies()).containsExactly(ONE, TWO, THREE);
        table.refuseWrites(true);
        assertThat(get(tier.addCopy(List.of(read(KEY), read(LINK)), THREE, () -> false)))
                .as("nothing is left to write")
                .isTrue();
    }

    @Test
    void aCopyThatMayNotBeSentIsNotInDoubt() throws Exception {
        put(KEY);
        put(LINK);
        for (List<MetadataRecord> records : List.of(List.of(read(KEY)), List.of(read(KEY), read(LINK)))) {
            assertThat(unavailable(tier.addCopy(records, THREE, () -> false)).isInDoubt())
                    .isFalse();
        }
        assertThat(read(KEY).copies()).containsExactly(ONE, TWO);
    }

    @Test
    void aCopyWithoutAReplyIsInDoubtAndFoundByTheNextRead() throws Exception {
        put(KEY);
        MetadataRecord stale = read(KEY);
        loseNextReply();
        assertThat(unavailable(tier.addCopy(List.of(stale), THREE, () -> true)).isInDoubt())
                .isTrue();
        restart();
        await().atMost(Duration.ofSeconds(20)).until(this::isProved);
        assertThat(get(tier.addCopy(List.of(stale), THREE, () -> true))).isFalse();
        MetadataRecord live = read(KEY);
        assertThat(live.copies()).containsExactly(ONE, TWO, THREE);
        assertThat(get(tier.addCopy(List.of(live), THREE, () -> true))).isTrue();
        assertThat(read(KEY).etag()).isEqualTo(live.etag());
    }

    @Test
    void aShardThatRefusesWritesKeepsItsRecords() throws Exception {
        put(KEY);
        table.refuseWrites(true);
        assertThatThrownBy(() -> get(tier.addCopy(List.of(read(KEY)), THREE, () -> true)))
                .hasMessageContaining("read-only");
        assertThat(read(KEY).copies()).containsExactly(ONE, TWO);
    }
}
