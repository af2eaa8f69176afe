package io.rebalancer.agent.store;

import io.rebalancer.agent.store.QuarantineIndex.Entry;
import io.rebalancer.agent.store.QuarantineIndex.Expiry;
import io.rebalancer.core.text.OneLine;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives a file of the quarantine its object's name again, if the name is free. The caller holds the object's lock. */
final class QuarantineRestore {
    private static final Logger LOGGER = LoggerFactory.getLogger(QuarantineRestore.class);

    private final QuarantineFiles files;
    private final QuarantineIndex index;
    private final ObjectDirectories directories;

    QuarantineRestore(QuarantineFiles files, QuarantineIndex index, ObjectDirectories directories) {
        this.files = files;
        this.index = index;
        this.directories = directories;
    }

    /**
     * Links the file under its object's name, forces the name, and removes the item.
     *
     * @throws IOException if a step fails. Then the item is kept; if the file has its object's name already, the next
     *     start removes the item
     */
    Restored run(QuarantineItem item) throws IOException {
        // An item that is not in the index does not expire, and no other thread restores it.
        Optional<Entry> entry = index.take(item.id());
        if (entry.isEmpty()) {
            return Restored.MISSING;
        }
        Entry kept = entry.get();
        try (DirectoryChain chain = directories.create(item.key())) {
            SafeDirectory parent = chain.last().orElseThrow();
            if (!giveName(item, parent)) {
                return Restored.NAME_TAKEN;
            }
            kept = kept.with(Expiry.NEVER);
            directories.force(parent);
        } finally {
            index.add(kept);
        }
        removeItem(item);
        return Restored.RESTORED;
    }

    private boolean giveName(QuarantineItem item, SafeDirectory parent) throws IOException {
        String fileName = ObjectLayout.fileName(item.key());
        if (parent.attributes(fileName).isPresent()) {
            return false;
        }
        if (!files.data(item.id()).map(BasicFileAttributes::isRegularFile).orElse(false)) {
            throw new IOException("the quarantined file " + item.id() + " is missing, or is not a regular file");
        }
        try {
            files.show(item);
            files.linkBack(item.id(), parent.path().resolve(fileName));
        } catch (FileAlreadyExistsException e) {
            hideAgain(item);
            return false;
        } catch (IOException e) {
            hideAgain(item);
            throw e;
        }
        Optional<Object> named = parent.attributes(fileName).map(BasicFileAttributes::fileKey);
        if (named.isEmpty() || !named.equals(files.data(item.id()).map(BasicFileAttributes::fileKey))) {
            throw new IOException("another process replaced " + parent.path() + " while " + fileName + " was restored");
        }
        return true;
    }

    private void hideAgain(QuarantineItem item) {
        try {
            files.hide(item.id());
        } catch (IOException e) {
            LOGGER.warn("quarantined={} stays readable: {}", item.id(), OneLine.of(e));
        }
    }

    private void removeItem(QuarantineItem item) {
        try {
            files.remove(item.id());
            index.take(item.id());
            LOGGER.info(
                    "quarantined={} was restored: path={}",
                    item.id(),
                    item.key().relativePath());
        } catch (IOException e) {
            LOGGER.warn(
                    "quarantined={} was restored: path={}; its item stays until the next start: {}",
                    item.id(),
                    item.key().relativePath(),
                    OneLine.of(e));
        }
    }
}
