package io.rebalancer.agent.inventory;

import io.rebalancer.agent.store.DurableFile;
import io.rebalancer.core.text.OneLine;
import io.rebalancer.persistence.sort.RecordSorter;
import io.rebalancer.persistence.sort.SortedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of the finished inventory: {@code RUN.sorted} has its records, and {@code current} describes it. All other
 * files there are of a listing in progress, and are deleted at the start of the agent.
 */
final class InventoryFiles {
    private static final Logger LOGGER = LoggerFactory.getLogger(InventoryFiles.class);
    private static final String CURRENT = "current";
    private static final String SORTED = ".sorted";

    private final Path directory;

    /** A finished inventory. */
    record Finished(StoredInventory stored, SortedFile records) {}

    /** Creates the directory if it is missing. */
    InventoryFiles(Path directory) throws IOException {
        this.directory = directory;
        DurableFile.createDirectory(directory);
    }

    /** Finds the inventory that the process before has finished, and deletes all other files. */
    Optional<Finished> recover() throws IOException {
        Optional<Finished> finished = Optional.empty();
        try {
            Optional<byte[]> content = DurableFile.read(directory.resolve(CURRENT));
            if (content.isPresent()) {
                finished = Optional.of(open(StoredInventory.decode(content.get())));
            }
        } catch (IOException e) {
            LOGGER.warn("the last inventory can't be used, and is deleted; a run begins it again: {}", OneLine.of(e));
        }
        for (Path file : files()) {
            String name = file.getFileName().toString();
            boolean kept = finished.isPresent()
                    && (name.equals(CURRENT)
                            || file.equals(finished.get().records().path()));
            if (!kept) {
                DurableFile.delete(file);
            }
        }
        return finished;
    }

    private Finished open(StoredInventory stored) throws IOException {
        SortedFile records = SortedFile.open(sortedFile(stored), InventoryRecords.FORMAT);
        if (records.count() != stored.records() || records.checksum() != stored.checksum()) {
            throw new IOException(records.path() + " has not the records of its description");
        }
        return new Finished(stored, records);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Path sortedFile(StoredInventory stored) {
        return sortedFile(stored.token().runId().toString());
    }

    private Path sortedFile(String runId) {
        return directory.resolve(runId + SORTED);
    }

    RecordSorter newSorter(long memoryBytes) {
        return new RecordSorter(InventoryRecords.FORMAT, directory, memoryBytes);
    }

    /** The file for the records of a run, which is the argument of {@link RecordSorter#finish}. */
    Path newSortedFile(String runId) throws IOException {
        Path file = sortedFile(runId);
        DurableFile.delete(file);
        return file;
    }

    /** Stores the description of a finished inventory, whose records are written. */
    void save(StoredInventory stored) throws IOException {
        DurableFile.replace(directory.resolve(CURRENT), stored.encode());
    }

    /** Deletes the finished inventory. */
    void delete(Finished finished) throws IOException {
        DurableFile.delete(directory.resolve(CURRENT));
        finished.records().delete();
    }
}
