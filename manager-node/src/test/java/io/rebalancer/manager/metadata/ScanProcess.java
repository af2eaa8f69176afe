package io.rebalancer.manager.metadata;

import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.port.RecordScan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A scan in a separate process that a test can kill. For each chunk it appends the keys to one file, then its position to
 * another. Arguments: URL, file of keys, file of positions, chunks to read before it waits (0: all).
 */
final class ScanProcess {
    private static final PostgresScan.Access ACCESS =
            new PostgresScan.Access(ShardDatabase.READER, "read only", 1000, Duration.ofMinutes(1));

    private ScanProcess() {}

    public static void main(String[] arguments) throws Exception {
        Path keys = Path.of(arguments[1]);
        Path positions = Path.of(arguments[2]);
        int stopAfter = Integer.parseInt(arguments[3]);
        RecordScan scan =
                new PostgresScan(Map.of(1, arguments[0]), ACCESS, Runnable::run, List::of, new KeptChunks(() -> {}));
        try (RecordScan.ShardCursor cursor = scan.open(1, new StorageNodeId("1.stor.d"), lastOf(positions))) {
            boolean last = false;
            for (int chunks = 1; !last; chunks++) {
                RecordScan.Chunk chunk = cursor.next().toCompletableFuture().get();
                append(keys, chunk.rows().stream().map(ScanProcess::line).collect(Collectors.joining()));
                append(positions, chunk.end().nextId() + " " + chunk.end().afterKey() + "\n");
                last = chunk.last();
                if (chunks == stopAfter) {
                    // Waits in the middle of the table until the test kills this process.
                    System.in.read();
                }
            }
        }
    }

    private static String line(RecordScan.Row row) {
        return row.ref().key() + (row.record().isPresent() ? "" : " unreadable") + "\n";
    }

    static ScanPosition lastOf(Path positions) throws IOException {
        if (!Files.exists(positions)) {
            return ScanPosition.START;
        }
        List<String> lines = Files.readAllLines(positions);
        String[] last = lines.get(lines.size() - 1).split(" ", 2);
        return ScanPosition.at(ScanColumn.KEY, Long.parseLong(last[0]), last[1], 0);
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
