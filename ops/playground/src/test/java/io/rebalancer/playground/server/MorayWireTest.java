package io.rebalancer.playground.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.TierUnavailable;
import io.rebalancer.manager.fast.FastCallFailed;
import io.rebalancer.manager.fast.FastClient;
import io.rebalancer.manager.metadata.MorayMetadataTier;
import io.rebalancer.manager.metadata.MorayShards;
import io.rebalancer.playground.moray.EtagCondition;
import io.rebalancer.playground.moray.ExactJson;
import io.rebalancer.playground.moray.MorayPut;
import io.rebalancer.playground.moray.MorayTable;
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

/** The manager's metadata tier calls a Moray shard over a real socket. */
@Tag("slow")
class MorayWireTest {
    private static final ActorTestKit KIT = MorayShard.kit("moray");
    private static final String KEY = MorayShard.KEY;
    private static final UUID OBJECT = MorayShard.OBJECT;
    private static final StorageNodeId FIRST = MorayShard.FIRST;
    private static final StorageNodeId SECOND = new StorageNodeId("2.stor.d");
    private static final CopyLocation THIRD = new CopyLocation("dc3", new StorageNodeId("3.stor.d"));

    private MorayShard shard;
    private MorayTable table;
    private FastClient client;
    private MorayMetadataTier tier;

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void start() throws Exception {
        shard = MorayShard.start(KIT.system());
        table = shard.table();
        client = shard.client();
        tier = new MorayMetadataTier(shard.shards(), "d");
    }

    @AfterEach
    void end() throws Exception {
        shard.close();
    }

    private MetadataRecord read() throws Exception {
        return MorayShard.get(tier.read(new RecordRef(1, KEY))).orElseThrow();
    }

    @Test
    void aRecordIsReadWithItsKeyAndNumbersExact() throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        MetadataRecord record = read();
        assertThat(record.ref().key()).isEqualTo(KEY);
        assertThat(record.objectId()).isEqualTo(OBJECT);
        assertThat(record.document()).contains("1.50");
        assertThat(MorayShard.get(tier.read(new RecordRef(1, "/none")))).isEmpty();
    }

    @Test
    void aRecordIsSwappedOnlyIfItIsUnchanged() throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        MetadataRecord stale = read();
        assertThat(MorayShard.get(tier.moveCopies(List.of(stale), FIRST, THIRD, () -> true)))
                .isTrue();
        MetadataRecord swapped = read();
        assertThat(swapped.copies()).containsExactly(THIRD, new CopyLocation("dc2", SECOND));
        assertThat(swapped.document()).contains("1.50").contains("\"extra\":true");
        assertThat(MorayShard.get(tier.moveCopies(List.of(stale), FIRST, THIRD, () -> true)))
                .isFalse();
        table.delete("manta", KEY, EtagCondition.any());
        assertThat(MorayShard.get(
                        tier.moveCopies(List.of(swapped), SECOND, new CopyLocation("dc1", FIRST), () -> true)))
                .isFalse();
    }

    @Test
    void severalRecordsAreSwappedTogetherOrNotAtAll() throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        shard.put("/o/stor/other", new UUID(0, 5), MorayPut.RowId.CLASSIC);
        List<MetadataRecord> both = List.of(
                read(),
                MorayShard.get(tier.read(new RecordRef(1, "/o/stor/other"))).orElseThrow());
        shard.put("/o/stor/other", new UUID(0, 6), MorayPut.RowId.CLASSIC);
        assertThat(MorayShard.get(tier.moveCopies(both, FIRST, THIRD, () -> true)))
                .isFalse();
        assertThat(read().names(FIRST)).isTrue();
        List<MetadataRecord> fresh = List.of(
                read(),
                MorayShard.get(tier.read(new RecordRef(1, "/o/stor/other"))).orElseThrow());
        assertThat(MorayShard.get(tier.moveCopies(fresh, FIRST, THIRD, () -> true)))
                .isTrue();
        assertThat(MorayShard.get(tier.recordsOf(1, List.of(OBJECT, new UUID(0, 5)))))
                .noneMatch(record -> record.names(FIRST));
        assertThat(read().document()).contains("1.50").contains("\"extra\":true");
    }

    @Test
    void allRecordsOfAnObjectAreFound() throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        shard.put("/o/stor/link", OBJECT, MorayPut.RowId.EXTENDED);
        shard.put("/o/stor/other", new UUID(0, 5), MorayPut.RowId.CLASSIC);
        assertThat(MorayShard.get(tier.recordsOf(1, List.of(OBJECT))))
                .extracting(record -> record.ref().key())
                .containsExactlyInAnyOrder(KEY, "/o/stor/link");
        assertThat(MorayShard.get(tier.recordsOf(1, List.of()))).isEmpty();
    }

    @Test
    void aStorageNodeIsFoundByItsShortAndItsFullName() throws Exception {
        ObjectNode node = ExactJson.MAPPER.createObjectNode();
        node.put("manta_storage_id", "1.stor.d").put("datacenter", "dc1");
        table.put("manta_storage", "1.stor.d", node, EtagCondition.any());
        assertThat(MorayShard.get(tier.findStorageNode("1.stor.d"))).contains(new CopyLocation("dc1", FIRST));
        assertThat(MorayShard.get(tier.findStorageNode("1.stor"))).contains(new CopyLocation("dc1", FIRST));
        assertThat(MorayShard.get(tier.findStorageNode("*"))).isEmpty();
        assertThat(MorayShard.get(tier.findStorageNode("a)(manta_storage_id=*")))
                .isEmpty();
    }

    @Test
    void concurrentCallsShareOneConnection() throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        List<CompletionStage<?>> calls = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            calls.add(tier.read(new RecordRef(1, i % 2 == 0 ? KEY : "/none")));
        }
        for (CompletionStage<?> call : calls) {
            MorayShard.get(call);
        }
    }

    @Test
    void aStoppedShardIsUnavailableUntilItRestarts() throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        int port = shard.port();
        MorayMetadataTier down =
                new MorayMetadataTier(new MorayShards(Map.of(1, MorayShard.client(KIT.system(), 1))), "d");
        assertThatThrownBy(() -> MorayShard.get(down.read(new RecordRef(1, KEY))))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(TierUnavailable.class);
        assertThat(port).isPositive();
        // The same client opens a new connection with the next call.
        assertThatThrownBy(() -> MorayShard.get(down.read(new RecordRef(1, KEY))))
                .hasCauseInstanceOf(TierUnavailable.class);
        assertThat(MorayShard.get(tier.read(new RecordRef(1, KEY)))).isPresent();
    }

    @Test
    void aWriteThatWasNotSentIsNotInDoubt() throws Exception {
        shard.put(KEY, OBJECT, MorayPut.RowId.CLASSIC);
        assertThatThrownBy(() -> MorayShard.get(tier.moveCopies(List.of(read()), FIRST, THIRD, () -> false)))
                .cause()
                .isInstanceOfSatisfying(
                        TierUnavailable.class,
                        failure -> assertThat(failure.isInDoubt()).isFalse());
        assertThat(read().names(FIRST)).isTrue();
        MorayMetadataTier down =
                new MorayMetadataTier(new MorayShards(Map.of(1, MorayShard.client(KIT.system(), 1))), "d");
        assertThatThrownBy(() -> MorayShard.get(down.moveCopies(List.of(read()), FIRST, THIRD, () -> true)))
                .cause()
                .isInstanceOfSatisfying(
                        TierUnavailable.class,
                        failure -> assertThat(failure.isInDoubt())
                                .as(String.valueOf(failure.getMessage()))
                                .isFalse());
    }

    @Test
    void anErrorOfTheShardKeepsItsName() {
        assertThatThrownBy(() -> MorayShard.get(client.call("nosuch", List.of())))
                .hasCauseInstanceOf(FastCallFailed.class)
                .hasMessageContaining("unsupported RPC method: \"nosuch\"");
    }
}
