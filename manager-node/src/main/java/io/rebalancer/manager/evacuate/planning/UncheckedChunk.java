package io.rebalancer.manager.evacuate.planning;

import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.port.RecordScan;
import java.util.ArrayList;
import java.util.List;

/** A chunk of a replica or a clone, whose rows are replaced by live records in pieces. */
final class UncheckedChunk {
    /** Few enough for one call that names the object of each row. */
    static final int ROWS_PER_PIECE = 100;

    private final RecordScan.Chunk chunk;
    private final List<RecordScan.Row> live = new ArrayList<>();
    private int checked;

    UncheckedChunk(RecordScan.Chunk chunk) {
        this.chunk = chunk;
    }

    boolean isComplete() {
        return checked == chunk.rows().size();
    }

    /** The next rows to check. Returns the same rows until {@link #replacePiece}. */
    List<RecordScan.Row> nextPiece() {
        return chunk.rows().subList(checked, pieceEnd());
    }

    /** @param rows what is left of the piece */
    void replacePiece(List<RecordScan.Row> rows) {
        live.addAll(rows);
        checked = pieceEnd();
    }

    List<RecordScan.Row> liveRows() {
        return live;
    }

    ScanPosition end() {
        return chunk.end();
    }

    private int pieceEnd() {
        return Math.min(chunk.rows().size(), checked + ROWS_PER_PIECE);
    }
}
