package io.rebalancer.manager.evacuate.planning;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.port.RecordScan;
import io.rebalancer.manager.evacuate.RecordsInMemory;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** Rows of objects on the nodes 1 and 2, with a size. */
final class SizedObjects {

    private SizedObjects() {}

    static RecordScan.Row row(int number, long sizeBytes) {
        MetadataRecord record = new MetadataRecord(
                RecordsInMemory.ref(number),
                "E" + number,
                RecordsInMemory.object(number),
                RecordsInMemory.OWNER,
                sizeBytes,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of(location(1), location(2)),
                "{}");
        return new RecordScan.Row(record.ref(), Optional.of(record), "");
    }

    static AssignmentBatcher.ChunkFound chunk(ActorRef<ShardScan.Command> scan, RecordScan.Row... rows) {
        return new AssignmentBatcher.ChunkFound(1, ScanPosition.at(ScanColumn.ID, 10), List.of(rows), scan);
    }
}
