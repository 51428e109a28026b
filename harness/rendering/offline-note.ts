/** What stands above every result of the offline model. */

export const offlineNote = "answers of the offline model: they show the machinery, not a language model's quality";
