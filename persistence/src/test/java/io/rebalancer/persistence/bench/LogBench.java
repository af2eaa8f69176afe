package io.rebalancer.persistence.bench;

import io.rebalancer.persistence.bench.Figures.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Compares the embedded log with bare appends and other journals, in one run on one machine. Only {@code make bench-log}
 * runs it; {@code -Dbench.only=engine|actors|replay|recovery} selects one part.
 */
class LogBench {
    private static final int[] WRITERS = {1, 16, 256};
    private static final String ONLY_JOURNALS = System.getProperty("bench.journals", "");
    private static final String ONLY = System.getProperty("bench.only", "");
    private static final int ROUNDS = Integer.getInteger("bench.rounds", 3);
    private static final int REPLAYED = Integer.getInteger("bench.replayed", 1_000_000);

    private static boolean runs(String part) {
        return ONLY.isEmpty() || ONLY.equals(part);
    }

    @Test
    void engineBesideBareAppends() throws Exception {
        if (!runs("engine")) {
            return;
        }
        for (int writers : WRITERS) {
            EngineBench.Run run = EngineBench.run(writers);
            Result raw = EngineBench.raw(run.group());
            print("engine", writers, run.result());
            print("bare", run.group(), raw);
            System.out.printf(
                    "        engine / bare append and force of %d at a time: %.2f; p50 %.2f%n",
                    run.group(),
                    run.result().perSecond() / raw.perSecond(),
                    run.result().p50Micros() / raw.p50Micros());
        }
    }

    @Test
    void actorsOnEachJournal() throws Exception {
        if (!runs("actors")) {
            return;
        }
        Map<Journals, List<Result[]>> rounds = new EnumMap<>(Journals.class);
        for (int round = 0; round < ROUNDS; round++) {
            for (Journals journal : Journals.values()) {
                if (ONLY_JOURNALS.isEmpty() || ONLY_JOURNALS.contains(journal.name())) {
                    rounds.computeIfAbsent(journal, each -> new ArrayList<>()).add(actors(journal));
                }
            }
        }
        Map<Journals, Result[]> results = new EnumMap<>(Journals.class);
        rounds.forEach((journal, each) -> results.put(journal, medians(journal, each)));
        for (int i = 0; i < WRITERS.length; i++) {
            for (Map.Entry<Journals, Result[]> other : results.entrySet()) {
                if (other.getKey() != Journals.LOG) {
                    System.out.printf(
                            "        %d actors: embedded log / %s %.2f%n",
                            WRITERS[i],
                            other.getKey().title(),
                            results.get(Journals.LOG)[i].perSecond() / other.getValue()[i].perSecond());
                }
            }
        }
    }

    private static Result[] medians(Journals journal, List<Result[]> rounds) {
        Result[] medians = new Result[WRITERS.length];
        for (int i = 0; i < WRITERS.length; i++) {
            int at = i;
            List<Result> sorted = rounds.stream()
                    .map(round -> round[at])
                    .sorted(Comparator.comparingDouble(Result::perSecond))
                    .toList();
            medians[i] = sorted.get(sorted.size() / 2);
            print(journal.title(), WRITERS[i], medians[i]);
        }
        return medians;
    }

    private static Result[] actors(Journals journal) throws Exception {
        Path directory = Figures.directory("actors");
        Result[] results = new Result[WRITERS.length];
        try (ActorsBench bench = new ActorsBench(journal.config(directory))) {
            for (int i = 0; i < WRITERS.length; i++) {
                // The first of the two runs is the warm-up.
                bench.run("warm" + i, WRITERS[i]);
                results[i] = bench.run("run" + i, WRITERS[i]);
            }
        } finally {
            journal.close();
            Figures.delete(directory);
        }
        return results;
    }

    @Test
    void replay() throws Exception {
        if (!runs("replay")) {
            return;
        }
        double embedded = replay(Journals.LOG);
        double h2 = replay(Journals.H2);
        System.out.printf(
                "        replay of %,d events: the embedded log takes %.3f of H2's time%n", REPLAYED, embedded / h2);
    }

    private static double replay(Journals journal) throws Exception {
        Path directory = Figures.directory("replay");
        try (ActorsBench bench = new ActorsBench(journal.config(directory))) {
            bench.fill("filled", REPLAYED);
            double seconds = bench.replay("filled");
            System.out.printf("%-12s replayed %,d events of one id in %.2f s%n", journal.title(), REPLAYED, seconds);
            return seconds;
        } finally {
            journal.close();
            Figures.delete(directory);
        }
    }

    @Test
    void recovery() throws Exception {
        if (runs("recovery")) {
            EngineBench.recovery(1L << 30);
        }
    }

    private static void print(String title, int writers, Result result) {
        System.out.printf(
                "%-12s %3d writers %9.0f events/s   p50 %7.0f us   p99 %7.0f us   cpu %5.1f us%n",
                title, writers, result.perSecond(), result.p50Micros(), result.p99Micros(), result.cpuMicros());
    }
}
