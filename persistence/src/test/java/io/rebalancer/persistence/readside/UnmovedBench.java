package io.rebalancer.persistence.readside;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.UnmovedRecords;
import io.rebalancer.core.rates.RateCounts;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How long a million unmoved records take in the tables: reported once, reported again, and read. No test by its name. */
class UnmovedBench extends ReadSideFixture {
    private static final int EVENTS = Integer.getInteger("bench.events", 5000);
    private static final int RECORDS_PER_EVENT = 200;
    private static final int EVENTS_PER_TRANSACTION = 10;
    private static final int PAGE = 1000;

    @Test
    void aMillionRecordsInPostgresql() throws Exception {
        run(Database.POSTGRESQL);
    }

    @Test
    void aMillionRecordsInH2() throws Exception {
        run(Database.H2);
    }

    private void run(Database database) throws Exception {
        ReadSide readSide = open(database);
        report(database, "first reports", readSide, 1);
        report(database, "second reports", readSide, 2);
        long start = System.nanoTime();
        UnmovedRecords list = readSide.unmovedRecords();
        UnmovedRecords.Page page = new UnmovedRecords.Page(List.of(), "", false);
        int read = 0;
        while (!page.last()) {
            page = get(list.page(job(0), 1, 3, page.end(), PAGE));
            read += page.records().size();
        }
        print(database, read + " records read", start);
    }

    private static void report(Database database, String what, ReadSide readSide, int pass) {
        long start = System.nanoTime();
        for (int first = 0; first < EVENTS; first += EVENTS_PER_TRANSACTION) {
            long before = (long) (pass - 1) * EVENTS + first;
            List<StoredChange<JobChange>> changes = new ArrayList<>();
            for (int i = 0; i < EVENTS_PER_TRANSACTION; i++) {
                JobEvent event = event(first + i);
                changes.add(new StoredChange<>(
                        journalId(0),
                        before + i + 1,
                        CREATED,
                        new JobChange.Updated(
                                job(0), event, pass, Optional.empty(), List.of(), false, false, RateCounts.ZERO)));
            }
            readSide.tables()
                    .write(
                            Projections.OF_JOBS,
                            journalId(0),
                            before,
                            before + EVENTS_PER_TRANSACTION,
                            changes,
                            Optional.empty());
        }
        print(database, what, start);
    }

    private static JobEvent event(int number) {
        return new JobEvent.RecordsExcepted(
                IntStream.range(0, RECORDS_PER_EVENT)
                        .mapToObj(i -> new UnmovedRecord(
                                new RecordRef(1, "/owner/stor/directory/" + number + "/" + i),
                                UnmovedRecord.Kind.SKIPPED,
                                Reason.NO_DESTINATION,
                                "no storage node has space for the object"))
                        .toList(),
                Map.of());
    }

    private static void print(Database database, String what, long start) {
        double cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
        System.out.printf(
                "%s %s: %.1f s; CPU of the thread so far: %.1f s%n",
                database, what, (System.nanoTime() - start) / 1e9, cpu);
    }
}
