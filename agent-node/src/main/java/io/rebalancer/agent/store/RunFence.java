package io.rebalancer.agent.store;

import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of runs that have given commands for the files of an object root: the highest one of the runs that compare or repair
 * this storage node, and the latest incarnation of each run that gave any command. A run that only adds copies here does not fence
 * the run that repairs this node, nor the other way round; only a later incarnation of the same run does.
 *
 * <p>The tokens are kept below that root and not in the agent's journal: they belong to the files, so they also hold after the data
 * directory was lost, or for another agent that gets the disk.
 */
public final class RunFence {
    /** Runs whose latest incarnation is remembered. An older run that is not remembered any more is refused. */
    static final int MAX_RUNS = 100;

    private static final String VERSION = "1";
    private static final String RUN_SEPARATOR = ",";
    private static final String FIELD_SEPARATOR = "/";

    private final Path agentDirectory;
    private final Path file;
    private final DiskOperations disk;
    private Tokens known = new Tokens(Optional.empty(), new TreeMap<>());
    private boolean read;

    /**
     * What is stored.
     *
     * @param highest of the runs that compare or repair this node
     * @param latest of each run, by its number
     */
    private record Tokens(Optional<RunToken> highest, SortedMap<Long, RunToken> latest) {

        /** The token that fences any command: of a later incarnation, of another run with that number, or of a later run. */
        Optional<RunToken> fencing(RunToken token) {
            RunToken latestOfRun = latest.get(token.number());
            if (latestOfRun != null) {
                boolean admits = latestOfRun.runId().equals(token.runId()) && latestOfRun.epoch() <= token.epoch();
                return admits ? Optional.empty() : Optional.of(latestOfRun);
            }
            return latest.size() >= MAX_RUNS && token.number() < latest.firstKey()
                    ? latest.values().stream().findFirst()
                    : Optional.empty();
        }

        Tokens with(RunToken token, boolean repairsThisNode) {
            SortedMap<Long, RunToken> all = new TreeMap<>(latest);
            all.put(token.number(), token);
            while (all.size() > MAX_RUNS) {
                all.remove(all.firstKey());
            }
            return new Tokens(repairsThisNode ? Optional.of(token) : highest, all);
        }
    }

    RunFence(Path agentDirectory, DiskOperations disk) {
        this.agentDirectory = agentDirectory;
        this.file = agentDirectory.resolve(ObjectLayout.RUN_TOKEN);
        this.disk = disk;
    }

    /**
     * Admits a command of a run that compares or repairs this node, and stores its token if it is the highest one. The token is
     * durable when this returns.
     *
     * @return the known token if it fences the command: it is higher, or it is equal and of another run
     * @throws IOException if the token can't be read or stored; then the command must not be carried out
     */
    public synchronized Optional<RunToken> admit(RunToken token) throws IOException {
        load();
        Optional<RunToken> fencing = known.fencing(token)
                .or(() -> known.highest()
                        .filter(highest -> token.compareTo(highest) < 0
                                || (token.compareTo(highest) == 0
                                        && !highest.runId().equals(token.runId()))));
        if (fencing.isEmpty()) {
            store(known.with(token, true));
        }
        return fencing;
    }

    /**
     * Admits copies of a run that repairs another node. Stores its token if it is of a later incarnation; durable when this returns.
     *
     * @return the known token if it fences the copies: it is of a later incarnation of the run
     * @throws IOException if the token can't be read or stored; then nothing must be copied
     */
    public synchronized Optional<RunToken> admitCopies(RunToken token) throws IOException {
        load();
        Optional<RunToken> fencing = known.fencing(token);
        if (fencing.isEmpty()) {
            store(known.with(token, false));
        }
        return fencing;
    }

    private void load() throws IOException {
        if (!read) {
            known = readFile();
            read = true;
        }
    }

    private void store(Tokens tokens) throws IOException {
        if (!tokens.equals(known)) {
            write(tokens);
            known = tokens;
        }
    }

    private Tokens readFile() throws IOException {
        try {
            Properties lines = new Properties();
            lines.load(new StringReader(new String(disk.readSmallFile(file), StandardCharsets.US_ASCII)));
            if (!lines.getProperty("version", "").equals(VERSION)) {
                throw new IllegalArgumentException("it has no version " + VERSION);
            }
            Tokens tokens = new Tokens(Optional.empty(), new TreeMap<>());
            String latest = lines.getProperty("latest", "");
            if (!latest.isEmpty()) {
                for (String each : latest.split(RUN_SEPARATOR, -1)) {
                    tokens = tokens.with(token(each.split(FIELD_SEPARATOR, -1)), false);
                }
            }
            String run = lines.getProperty("run");
            return run == null && !latest.isEmpty()
                    ? tokens
                    : tokens.with(token(run, lines.getProperty("number"), lines.getProperty("epoch")), true);
        } catch (NoSuchFileException e) {
            return new Tokens(Optional.empty(), new TreeMap<>());
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "the file " + file + " is damaged or of a later build (" + OneLine.of(e) + "), so no command of a"
                            + " reconciliation is carried out. End all reconciliation runs, then remove the file",
                    e);
        }
    }

    private static RunToken token(@Nullable String... fields) {
        if (fields.length != 3 || Arrays.asList(fields).contains(null)) {
            throw new IllegalArgumentException("a token has a run, a number and an epoch");
        }
        return new RunToken(
                UUID.fromString(String.valueOf(fields[0])),
                Long.parseLong(String.valueOf(fields[1])),
                Long.parseLong(String.valueOf(fields[2])));
    }

    private static String text(RunToken token) {
        return token.runId() + FIELD_SEPARATOR + token.number() + FIELD_SEPARATOR + token.epoch();
    }

    private void write(Tokens tokens) throws IOException {
        String latest =
                tokens.latest().values().stream().map(RunFence::text).collect(Collectors.joining(RUN_SEPARATOR));
        String highest = tokens.highest()
                .map(token -> "run=" + token.runId() + "\nnumber=" + token.number() + "\nepoch=" + token.epoch() + "\n")
                .orElse("");
        String text = "version=" + VERSION + "\n" + highest + "latest=" + latest + "\n";
        String part = ObjectLayout.RUN_TOKEN + ".part";
        disk.writeSmallFile(agentDirectory.resolve(part), text.getBytes(StandardCharsets.US_ASCII));
        try (SafeDirectory directory = SafeDirectory.open(agentDirectory)) {
            disk.rename(file, () -> directory.moveFrom(directory, part, ObjectLayout.RUN_TOKEN));
            disk.forceDirectory(directory.path(), directory::force);
        }
    }
}
