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
        /** Last action shown that has a row: others of its customer are shown from there. */
        this.rowId = false;
        this.lastIds = [];
        /** Stores what is typed and tells whether that worked; the panel on the screen sets it. */
        this.keep = async () => true;
    }

    show(resId) {
        const listed = this.listedIds;
        this.resId = resId;
        if (listed.includes(resId)) {
            this.rowId = resId;
            this.lastIds = listed;
        }
    }

    /** Show another action, unless what is typed on this one cannot be stored. */
    async open(resId) {
        if (resId && resId !== this.resId && (await this.keep())) {
            this.show(resId);
        }
    }

    close() {
        this.resId = false;
    }

    get listedIds() {
        return this.getRecords().map((record) => record.resId);
    }

    /** Rows of the list as it is now; as it was while the row of the panel is not among them. */
    get resIds() {
        const listed = this.listedIds;
        return listed.includes(this.rowId) ? listed : this.lastIds;
    }

    get index() {
        return this.resIds.indexOf(this.resId);
    }

    get next() {
        return this.resIds[this.resIds.indexOf(this.rowId) + 1] || false;
    }

    get previous() {
        return this.resIds[this.resIds.indexOf(this.rowId) - 1] || false;
    }

    /** Load the list again and go on with the row that followed; without one, the panel closes. */
    async advance() {
        const { resId, resIds, rowId } = this;
        const following = resIds.slice(resIds.indexOf(rowId) + (resId === rowId ? 1 : 0));
        await this.reload();
        if (this.resId !== resId) {
            return; // people went elsewhere in the meantime
        }
        const left = this.listedIds;
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
