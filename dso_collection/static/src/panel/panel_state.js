/**
 * Which action the panel beside the agenda shows, and its neighbours in the list as it is now.
 */
export class PanelState {
    /**
     * @param {() => Object[]} getRecords records of the list in their order
     * @param {() => Promise} reload loads the list again
     */
    constructor(getRecords, reload) {
        this.getRecords = getRecords;
        this.reload = reload;
        this.resId = false;
        this.resIds = [];
    }

    show(resId) {
        this.resId = resId;
        this.resIds = this.getRecords().map((record) => record.resId);
    }

    close() {
        this.resId = false;
    }

    get index() {
        return this.resIds.indexOf(this.resId);
    }

    get next() {
        return this.resIds[this.index + 1] || false;
    }

    get previous() {
        return this.resIds[this.index - 1] || false;
    }

    /** Load the list again and go on with the row that followed; without one, the panel closes. */
    async advance() {
        const following = this.resIds.slice(this.index + 1);
        await this.reload();
        const left = this.getRecords().map((record) => record.resId);
        const next = following.find((resId) => left.includes(resId));
        if (next) {
            this.show(next);
        } else {
            this.close();
        }
    }
}

/**
 * Records of a list in the order of their rows, those of open groups alone.
 *
 * @param {Object} list root of the relational model
 */
export function recordsOf(list) {
    if (!list.isGrouped) {
        return list.records;
    }
    return list.groups.flatMap((group) => (group.isFolded ? [] : recordsOf(group.list)));
}
