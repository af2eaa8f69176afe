package io.rebalancer.agent.inventory;

import io.rebalancer.agent.store.DiskOperations;
import io.rebalancer.agent.store.FileFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** A disk that fails for some paths, reports other facts for some, and runs steps of a test while it is listed. */
final class FaultyTree extends DiskOperations {
    /** What is done before a path is listed or looked at. */
    interface Step {
        void run() throws IOException;
    }

    final Map<Path, Step> beforeList = new ConcurrentHashMap<>();
    final Map<Path, Step> beforeFacts = new ConcurrentHashMap<>();
    final Map<Path, UnaryOperator<FileFacts>> changes = new ConcurrentHashMap<>();

    static Step fails() {
        return () -> {
            throw new IOException("Input/output error");
        };
    }

    @Override
    protected void listDirectory(Path directory, Work list) throws IOException {
        run(beforeList, directory);
        list.run();
    }

    @Override
    protected FileFacts facts(Path file) throws IOException {
        run(beforeFacts, file);
        return changes.getOrDefault(file, UnaryOperator.identity()).apply(super.facts(file));
    }

    FileFacts factsOf(Path file) throws IOException {
        return super.facts(file);
    }

    private static void run(Map<Path, Step> steps, Path path) throws IOException {
        Step step = steps.get(path);
        if (step != null) {
            step.run();
        }
    }
}
