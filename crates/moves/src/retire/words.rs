//! What every gate of a removal asks, in English and Japanese. What goes is said by its own room.

use model::sentences;

sentences! {
    /// What a gate asks, behind what goes.
    pub(crate) enum Text {
        Goes: "{0} There is no undo behind this gate. Type {1} to let it go.",
            "{0}このゲートの先では取り消せません。削除してよければ {1} と入力してください。";
        GoesFor: "{0} The target has {1} instead. There is no undo behind this gate. Type {2} to let it go.",
            "{0}移行先には代わりに {1} があります。このゲートの先では取り消せません。削除してよければ {2} と入力してください。";
        WayBackGoes: "{0} Way back: {1}. There is no undo behind this gate. Type {2} to let it go.",
            "{0}戻る手段: {1}。このゲートの先では取り消せません。削除してよければ {2} と入力してください。";
        WayBackGoesFor: "{0} The target has {1} instead. Way back: {2}. There is no undo behind this gate. Type {3} to let it go.",
            "{0}移行先には代わりに {1} があります。戻る手段: {2}。このゲートの先では取り消せません。削除してよければ {3} と入力してください。";
    }
}
