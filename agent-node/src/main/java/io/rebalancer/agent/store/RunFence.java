package io.rebalancer.agent.store;

import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;

/**
 * The highest token of a run that has given a command for the files of an object root. It is kept below that root and not in
 * the agent's journal: it belongs to the files, so it also holds after the data directory was lost, or for another agent that
 * gets the disk.
 */
public final class RunFence {
    private static final String VERSION = "1";

    private final Path agentDirectory;
    private final Path file;
    private final DiskOperations disk;
    private Optional<RunToken> known = Optional.empty();
    private boolean read;

    RunFence(Path agentDirectory, DiskOperations disk) {
        this.agentDirectory = agentDirectory;
        this.file = agentDirectory.resolve(ObjectLayout.RUN_TOKEN);
        this.disk = disk;
    }

    /**
     * Admits a command, and stores its token if it is the highest one. The token is durable when this returns.
     *
     * @return the known token if it fences the command: it is higher, or it is equal and of another run
     * @throws IOException if the token can't be read or stored; then the command must not be carried out
     */
    public synchronized Optional<RunToken> admit(RunToken token) throws IOException {
        if (!read) {
            known = readFile();
            read = true;
        }
        int compared = known.map(token::compareTo).orElse(1);
        if (compared > 0) {
            write(token);
            known = Optional.of(token);
            return Optional.empty();
        }
        return compared == 0 && known.orElseThrow().runId().equals(token.runId()) ? Optional.empty() : known;
    }

    private Optional<RunToken> readFile() throws IOException {
        try {
            Properties lines = new Properties();
            lines.load(new StringReader(new String(disk.readSmallFile(file), StandardCharsets.US_ASCII)));
            if (!lines.getProperty("version", "").equals(VERSION)) {
                throw new IllegalArgumentException("it has no version " + VERSION);
            }
            return Optional.of(new RunToken(
                    UUID.fromString(lines.getProperty("run", "")),
                    Long.parseLong(lines.getProperty("number", "")),
                    Long.parseLong(lines.getProperty("epoch", ""))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "the file " + file + " is damaged or of a later build (" + OneLine.of(e) + "), so no command of a"
                            + " reconciliation is carried out. End all reconciliation runs, then remove the file",
                    e);
        }
    }

    private void write(RunToken token) throws IOException {
        String text = "version=" + VERSION + "\nrun=" + token.runId() + "\nnumber=" + token.number() + "\nepoch="
                + token.epoch() + "\n";
        String part = ObjectLayout.RUN_TOKEN + ".part";
        disk.writeSmallFile(agentDirectory.resolve(part), text.getBytes(StandardCharsets.US_ASCII));
        try (SafeDirectory directory = SafeDirectory.open(agentDirectory)) {
            disk.rename(file, () -> directory.moveFrom(directory, part, ObjectLayout.RUN_TOKEN));
            disk.forceDirectory(directory.path(), directory::force);
        }
    }
}
