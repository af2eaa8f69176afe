package io.rebalancer.agent.store;

import io.rebalancer.agent.store.QuarantineIndex.Entry;
import io.rebalancer.agent.store.QuarantineIndex.Expiry;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the quarantine at the start of the agent. Moves and restores that a crash or a failed step interrupted are
 * completed if the file has lost its object's name, and rolled back if it has the name.
 */
final class QuarantineRecovery {
    private static final Logger LOGGER = LoggerFactory.getLogger(QuarantineRecovery.class);

    private final QuarantineFiles files;
    private final QuarantineIndex index;
    private final ObjectDirectories directories;
    private final QuarantineLog log;

    QuarantineRecovery(QuarantineFiles files, QuarantineIndex index, ObjectDirectories directories, QuarantineLog log) {
        this.files = files;
        this.index = index;
        this.directories = directories;
        this.log = log;
    }

    /**
     * Adds each file of the quarantine to the index. An item that can't be recovered stays as it is until the next start.
     *
     * @throws IOException if the quarantine can't be read
     */
    void run() throws IOException {
        List<String> names = files.names();
        Set<String> withSidecar = new HashSet<>();
        for (String name : names) {
            if (name.endsWith(QuarantineFiles.SIDECAR)) {
                String id = withoutEnd(name, QuarantineFiles.SIDECAR);
                readSidecar(id).ifPresent(item -> {
                    withSidecar.add(id);
                    recoverOrKeep(item);
                });
            }
        }
        for (String name : names) {
            boolean sidecar = name.endsWith(QuarantineFiles.SIDECAR);
            String id = withoutEnd(name, sidecar ? QuarantineFiles.SIDECAR : QuarantineFiles.DATA);
            if (name.endsWith(QuarantineFiles.PART)
                    || (sidecar && !withSidecar.contains(id) && files.data(id).isEmpty())) {
                removeUseless(name);
            } else if (!sidecar && !withSidecar.contains(id)) {
                addWithoutSidecar(name, id);
            }
        }
    }

    /** One unreadable sidecar must not keep the agent from its start. */
    private Optional<QuarantineItem> readSidecar(String id) {
        String cause = "damaged, or of a later build";
        try {
            Optional<QuarantineItem> item = files.readSidecar(id);
            if (item.isPresent()) {
                return item;
            }
        } catch (IOException e) {
            cause = OneLine.of(e);
        }
        LOGGER.warn("quarantined={} has an unreadable sidecar, its file is kept until it expires: {}", id, cause);
        return Optional.empty();
    }

    private void removeUseless(String name) {
        try {
            files.removeFile(name);
        } catch (IOException e) {
            LOGGER.warn("a sidecar without a file stays in the quarantine: {}: {}", name, OneLine.of(e));
        }
    }

    private static String withoutEnd(String name, String end) {
        return name.endsWith(end) ? name.substring(0, name.length() - end.length()) : name;
    }

    private void recoverOrKeep(QuarantineItem item) {
        try {
            recover(item);
        } catch (IOException e) {
            LOGGER.warn(
                    "quarantined={} path={} stays as it is until the next start: {}",
                    item.id(),
                    item.key().relativePath(),
                    OneLine.of(e));
            index.add(Quarantine.entry(item, Expiry.NEVER));
        }
    }

    private void recover(QuarantineItem item) throws IOException {
        Optional<BasicFileAttributes> data = files.data(item.id());
        if (data.isEmpty()) {
            // The file was not linked yet, or the item was about to be removed.
            files.remove(item.id());
        } else if (files.hasOtherName(item.id()) && rollBack(item, data.get())) {
            LOGGER.info(
                    "quarantined={} path={} has its object's name and leaves the quarantine",
                    item.id(),
                    item.key().relativePath());
        } else {
            complete(item);
        }
    }

    /** Removes the item if its file has the object's name. The name has to be durable first. */
    private boolean rollBack(QuarantineItem item, BasicFileAttributes data) throws IOException {
        try (DirectoryChain chain = directories.find(item.key())) {
            Optional<SafeDirectory> parent = chain.last();
            Optional<BasicFileAttributes> named =
                    parent.isEmpty() ? Optional.empty() : parent.get().attributes(ObjectLayout.fileName(item.key()));
            if (named.isEmpty() || !data.fileKey().equals(named.get().fileKey())) {
                return false;
            }
            files.show(item);
            directories.forceAll(chain);
            files.remove(item.id());
            return true;
        }
    }

    private void complete(QuarantineItem item) throws IOException {
        if (item.state() == QuarantineItem.State.MOVING) {
            files.hide(item.id());
            files.writeSidecar(item.kept());
            log.moved(item);
        }
        index.add(Quarantine.entry(item, Expiry.BY_AGE_AND_SIZE));
    }

    /** A file of an earlier build, or data whose sidecar is missing or unreadable. */
    private void addWithoutSidecar(String name, String id) throws IOException {
        Optional<BasicFileAttributes> file = files.file(name);
        if (file.isPresent() && !file.get().isDirectory()) {
            index.add(
                    new Entry(id, files.changed(name).toInstant(), file.get().size(), Expiry.BY_AGE, Optional.empty()));
        }
    }
}
