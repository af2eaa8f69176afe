package io.rebalancer.manager.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * How a manager's cost of an object grows with the number of objects, storage nodes, jobs and shards: the real jobs, journal
 * and projection with the shipped settings, and a PostgreSQL that forces its log; agents and shards are simulated, with
 * {@link SimulatedLatency#REALISTIC}. Prints a table for each range and plots it. Run by {@code make bench-scale}.
 *
 * <p>CPU time and live heap depend little on other work of the machine, so the bench asserts these, and it prints the rest.
 */
class ScaleBench {
    private static final int MAX_OBJECTS = Integer.getInteger("scale.objects", 10_000_000);
    private static final int OBJECTS = Integer.getInteger("scale.step", 200_000);
    private static final Path PLOTS = Path.of(System.getProperty("scale.directory", "target/bench-scale"));
    private static final int WARM_UP = 200_000;
    /** A job has costs that do not depend on its objects. With so few objects, they are a part of the cost of each. */
    private static final int TOO_FEW_OBJECTS = 10_000;

    private static final int NODES = 20;
    private static final int SHARDS = 2;
    private static final double MEBIBYTE = 1 << 20;
    private static final double MAX_RATIO = 1.2;
    /** Each sample includes what is in work at that moment: replies of shards, and the open assignments of each destination. */
    private static final double MAX_FURTHER_MEBIBYTES = 64;
    /** What a job may keep in memory: its open assignments and the objects that it looks at. */
    private static final double MEBIBYTES_OF_JOB = 20;

    private final AtomicInteger leavingNodes = new AtomicInteger();

    /** What a manager runs at a time. */
    private record Load(int objects, int nodes, int jobs, int shards) {
        long total() {
            return (long) objects * jobs;
        }
    }

    /** What was live while a load ran. */
    private record Heap(long medianBytes, long maxBytes) {}

    /** What a load cost. */
    private record Point(
            long x,
            Load load,
            double seconds,
            Duration manager,
            Duration database,
            double events,
            double bytes,
            Heap heap) {
        double perSecond() {
            return load.total() / seconds;
        }

        double managerMicros() {
            return manager.toNanos() / 1e3 / load.total();
        }

        double databaseMicros() {
            return database.toNanos() / 1e3 / load.total();
        }

        double micros() {
            return managerMicros() + databaseMicros();
        }

        double heapMebibytes() {
            return heap.medianBytes() / MEBIBYTE;
        }
    }

    @Test
    void growthCurves() throws Exception {
        try (BenchDatabase database = new BenchDatabase();
                SimulatedManager manager = new SimulatedManager(database.settings())) {
            database.watchEvents();
            manager.project(manager.journal().reader(manager.kit().system()));
            measure(manager, database, new Load(WARM_UP, NODES, 2, SHARDS), 0);
            List<List<Point>> curves = List.of(
                    curve(
                            manager,
                            database,
                            "storage nodes",
                            List.of(10, 100, 1000),
                            n -> new Load(OBJECTS, n, 1, SHARDS)),
                    curve(manager, database, "jobs", List.of(1, 2, 4, 8), n -> new Load(OBJECTS / 2, NODES, n, SHARDS)),
                    curve(manager, database, "shards", List.of(2, 20, 200), n -> new Load(OBJECTS, NODES, 1, n)),
                    curve(manager, database, "objects", objects(), n -> new Load(n, NODES, 1, SHARDS)));
            curves.forEach(ScaleBench::assertFlat);
        }
    }

    private static List<Integer> objects() {
        return IntStream.iterate(10_000, n -> n <= MAX_OBJECTS, n -> n * 10)
                .boxed()
                .toList();
    }

    private interface LoadOf {
        Load of(int number);
    }

    private List<Point> curve(
            SimulatedManager manager, BenchDatabase database, String name, List<Integer> numbers, LoadOf loads)
            throws Exception {
        System.out.printf(
                "%n%13s   objects/s   us CPU per object: manager   database   events and bytes per 1,000 objects"
                        + "   live heap: median, most%n",
                name);
        List<Point> points = new ArrayList<>();
        for (int number : numbers) {
            Point point = measure(manager, database, loads.of(number), number);
            points.add(point);
            System.out.printf(
                    "%,13d   %,9.0f   %26.1f   %8.1f   %,17.1f %,17.0f   %,17.0f MiB %3.0f MiB%n",
                    number,
                    point.perSecond(),
                    point.managerMicros(),
                    point.databaseMicros(),
                    point.events(),
                    point.bytes(),
                    point.heapMebibytes(),
                    point.heap().maxBytes() / MEBIBYTE);
        }
        plot(name, points);
        return points;
    }

    private static void plot(String name, List<Point> points) throws Exception {
        CurvePlot plot = new CurvePlot(name, points.stream().map(Point::x).toList());
        plot.add("manager, us CPU per object", values(points, Point::managerMicros));
        plot.add("database, us CPU per object", values(points, Point::databaseMicros));
        plot.add("live heap, MiB", values(points, Point::heapMebibytes));
        plot.write(PLOTS.resolve(name.replace(' ', '-') + ".svg"));
    }

    private static List<Double> values(List<Point> points, ToDoubleFunction<Point> value) {
        return points.stream().map(value::applyAsDouble).toList();
    }

    private Point measure(SimulatedManager manager, BenchDatabase database, Load load, long x) throws Exception {
        List<SimulatedTier> tiers = IntStream.range(0, load.jobs())
                .mapToObj(i -> new SimulatedTier(
                        SimulatedManager.leaving(leavingNodes.incrementAndGet()),
                        load.objects(),
                        load.shards(),
                        SimulatedLatency.REALISTIC))
                .toList();
        SimulatedAgents agents = new SimulatedAgents(0, SimulatedLatency.REALISTIC);
        long bytes = database.writtenBytes();
        long events = database.writtenEvents();
        try (LiveHeap heap = new LiveHeap()) {
            Duration own = BenchDatabase.ownCpu();
            Duration ofDatabase = database.cpu();
            long start = System.nanoTime();
            List<UUID> jobs = new ArrayList<>();
            for (SimulatedTier tier : tiers) {
                jobs.add(manager.start(tier, load.nodes(), agents));
            }
            for (UUID job : jobs) {
                JobOutline end = manager.awaitEnd(job);
                assertThat(end.phase()).as(end.reason()).isEqualTo(JobPhase.DONE);
                assertThat(end.settled().relocated()).isEqualTo(load.objects());
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Point(
                    x,
                    load,
                    seconds,
                    BenchDatabase.ownCpu().minus(own).minus(heap.cpu()),
                    database.cpu().minus(ofDatabase),
                    (database.writtenEvents() - events) * 1000.0 / load.total(),
                    (database.writtenBytes() - bytes) * 1000.0 / load.total(),
                    new Heap(heap.medianBytes(), heap.maxBytes()));
        }
    }

    private static void assertFlat(List<Point> points) {
        List<Point> compared = points.stream()
                .filter(point -> point.load().total() > TOO_FEW_OBJECTS)
                .toList();
        Point first = compared.get(0);
        Point last = compared.get(compared.size() - 1);
        assertThat(last.micros() / first.micros())
                .as("CPU per object of %s : of %s", last.load(), first.load())
                .isLessThanOrEqualTo(MAX_RATIO);
        int furtherJobs = last.load().jobs() - first.load().jobs();
        assertThat(last.heapMebibytes())
                .as("live heap of %s, in MiB; of %s %.0f", last.load(), first.load(), first.heapMebibytes())
                .isLessThanOrEqualTo(first.heapMebibytes() + MAX_FURTHER_MEBIBYTES + furtherJobs * MEBIBYTES_OF_JOB);
    }
}
