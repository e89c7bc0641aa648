package dev.steppe.check;

import org.jspecify.annotations.Nullable;

/** Registers that hold a number each, 0 at first: a read sees what was written last. */
public final class RegisterModel implements SequentialModel<Long, RegisterModel.Operation> {
    /** Under every key the register holds 0. */
    public RegisterModel() {}

    /** What clients do to a register. */
    public sealed interface Operation {
        /** Which register. */
        long key();

        /** The register holds {@code value} from now on. */
        record Write(long key, long value) implements Operation {}

        /** The register was seen to hold {@code value}. A read without an answer says nothing: leave it out. */
        record Read(long key, long value) implements Operation {}
    }

    @Override
    public Long initial() {
        return 0L;
    }

    @Override
    public long key(Operation operation) {
        return operation.key();
    }

    @Override
    public @Nullable Long step(Long state, Operation operation) {
        if (operation instanceof Operation.Write write) {
            return write.value();
        }
        return state == ((Operation.Read) operation).value() ? state : null;
    }
}
